package redis

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// What processes of Sidekiq say of themselves, as they were recorded.
var recorded = map[string]string{
	"6.4.1":  `{"hostname":"vm","started_at":1795288138.376406,"pid":31546,"tag":"mytag","concurrency":3,"queues":["default","low"],"labels":[],"identity":"ID"}`,
	"7.3.10": `{"hostname":"vm","started_at":1795287785.875208,"pid":16365,"tag":"mytag","concurrency":2,"queues":["default","low"],"weights":[{"default":2,"low":1}],"labels":[],"identity":"ID","version":"7.3.10","embedded":false}`,
	"8.1.7":  `{"hostname":"vm","started_at":1795287961.8967009,"pid":24939,"tag":"mytag","capsules":{"default":{"concurrency":2,"mode":"weighted","weights":{"default":2,"low":1}},"single":{"concurrency":1,"mode":"strict","weights":{"single":0}}},"queues":["default","low","single"],"weights":[{"default":2,"low":1},{"single":0}],"labels":["blue"],"identity":"ID","version":"8.1.7","embedded":false}`,
	// Neither lets anything be known of Sidekiq.
	"tasuki": `{"hostname":"vm","pid":1,"concurrency":2,"queues":[],"identity":"ID","version":"tasuki 1.2"}`,
	"broken": `{"hostname":`,
}

// beside lets processes of these versions be at work.
func beside(t *testing.T, db *redistest.DB, versions ...string) {
	t.Helper()
	for _, v := range versions {
		name := "vm:1:" + v
		redistest.Ask[int64](t, db, "SADD", "processes", name)
		redistest.Ask[int64](t, db, "HSET", name, "info", strings.ReplaceAll(recorded[v], "ID", name), "concurrency", "3", "busy", "1",
			"beat", "1795287971.89879", "quiet", "false", "rss", "26496", "rtt_us", "67")
	}
}

// openWith opens the store with options.
func openWith(t *testing.T, db *redistest.DB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), db.URL(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var (
	inSeconds = regexp.MustCompile(`^\d{10}\.\d{1,6}$`)
	inMillis  = regexp.MustCompile(`^\d{13}$`)
)

// times are all that a job of Go's had in its payloads on its way to the dead.
func times(t *testing.T, s *Store, db *redistest.DB) map[string]string {
	t.Helper()
	w, all := worker(t, s), map[string]string{}
	note := func(texts ...string) {
		for _, text := range texts {
			p, err := wire.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range p.All() {
				if strings.HasSuffix(name, "_at") {
					all[name] = string(v)
				}
			}
		}
	}
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", Keep: time.Hour})
	note(redistest.Ask[[]string](t, db, "LRANGE", "queue:default", 0, -1)...)
	for range 2 {
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Failure: wrong})
	}
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Bury, Failure: wrong})
	note(redistest.Ask[[]string](t, db, "ZRANGE", "dead", 0, -1)...)
	enqueue(t, s, store.Job{ID: "b", Kind: "GoJob", Keep: time.Hour})
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Finish})
	note(redistest.Ask[[]string](t, db, "ZRANGE", "tasuki:done", 0, -1)...)
	if len(all) != 5 {
		t.Fatalf("the times are %v", all)
	}
	return all
}

func TestTimesAreInWhatAllOfSidekiqsProcessesUnderstand(t *testing.T) {
	for _, c := range []struct {
		others []string
		option Timestamps
		want   *regexp.Regexp
	}{
		{nil, "", inSeconds},
		{[]string{"6.4.1"}, "", inSeconds},
		{[]string{"7.3.10"}, "", inSeconds},
		{[]string{"8.1.7"}, "", inMillis},
		{[]string{"8.1.7", "7.3.10"}, "", inSeconds},
		{[]string{"8.1.7", "6.4.1"}, "", inSeconds},
		{[]string{"tasuki", "broken"}, "", inSeconds},
		{[]string{"8.1.7", "tasuki", "broken"}, "", inMillis},
		{[]string{"8.1.7"}, TimestampsSeconds, inSeconds},
		{[]string{"6.4.1"}, TimestampsMillis, inMillis},
	} {
		db := redistest.Shared(t).DB(t)
		beside(t, db, c.others...)
		s := openWith(t, db, Options{Timestamps: c.option})
		for name, value := range times(t, s, db) {
			if !c.want.MatchString(value) {
				t.Errorf("beside %q with the option %q %s is %s", c.others, c.option, name, value)
			}
		}
		s.Close()
	}
}

// TestTheOthersAreLookedAtAgain: a producer that only enqueues does it too.
func TestTheOthersAreLookedAtAgain(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	beside(t, db, "8.1.7")
	if s.unit() != wire.Seconds {
		t.Error("it knows of processes that came after the look")
	}
	w := worker(t, s)
	for what, do := range map[string]func(){
		"an enqueue": func() { enqueue(t, s, store.Job{ID: store.NewID(), Kind: "GoJob"}) },
		"a beat":     func() { w.beat() },
	} {
		s.peers.seen.Store(0)
		do() // within the minute
		if s.unit() != wire.Seconds {
			t.Errorf("%s looked at once", what)
		}
		s.peers.looked.Add(-int64(peersEvery))
		do()
		if s.unit() != wire.Millis {
			t.Errorf("%s did not look after a minute", what)
		}
	}
}

// TestAWholeSecondKeepsItsPoint: Sidekiq 8 would take it for milliseconds.
func TestAWholeSecondKeepsItsPoint(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	got := redistest.Ask[[]string](t, db, "EVAL", read("clock")+`return { stamp(1795287767000000, '0'), stamp(1795287767000999, '0'),
		stamp(1795287767250000, '0'), stamp(1795287767009000, '0'), stamp(1795287767248999, '1'), stamp(1795287767000000, '1'), score(1795287767000009) }`, 0)
	want := "1795287767.0 1795287767.0 1795287767.25 1795287767.009 1795287767248 1795287767000 1795287767.000009"
	if strings.Join(got, " ") != want {
		t.Errorf("times are %q, want %s", got, want)
	}
}

func TestTheKeyOfOldVersionsIsWrittenOnlyWhereOneMayLook(t *testing.T) {
	for _, c := range []struct {
		others []string
		old    bool
	}{{nil, true}, {[]string{"tasuki"}, true}, {[]string{"6.4.1"}, true}, {[]string{"7.3.10"}, false}, {[]string{"8.1.7"}, false}, {[]string{"8.1.7", "6.4.1"}, true}} {
		db := redistest.Shared(t).DB(t)
		beside(t, db, c.others...)
		s := open(t, db)
		w := worker(t, s)
		enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
		redistest.Ask[int64](t, db, "HSET", oldWorkKey(w.name), "stale", "{}")
		w.beat(held(w.claim("GoJob")))
		if n := redistest.Ask[int64](t, db, "EXISTS", oldWorkKey(w.name)); n == 1 != c.old {
			t.Errorf("beside %q the old key is there: %v", c.others, n == 1)
		}
		if n := redistest.Ask[int64](t, db, "HLEN", workKey(w.name)); n != 1 {
			t.Errorf("beside %q the key has %d jobs", c.others, n)
		}
		s.Close()
	}
}

// TestRecordedProcessesAreAnsweredAsTheyAre: of versions that are not here.
func TestRecordedProcessesAreAnsweredAsTheyAre(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	beside(t, db, "6.4.1", "7.3.10", "8.1.7", "broken")
	all, err := open(t, db).Workers(t.Context(), store.WorkersRequest{Foreign: true})
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	for i, want := range []struct {
		slots   int
		version string
	}{{3, ""}, {2, "7.3.10"}, {3, "8.1.7"}} {
		if w := all[i]; w.Slots != want.slots || w.Version != want.version || w.Busy != 1 || w.Beat != 1795287971898790 || w.Tag != "mytag" {
			t.Errorf("%+v", w)
		}
	}
}

func TestOptionsThatCannotBeAreRefusedByName(t *testing.T) {
	for field, o := range map[string]Options{
		"Options.Timestamps": {Timestamps: "minutes"}, "Options.Metrics": {Metrics: "9"}, "Options.DeadJobs": {DeadJobs: 1}, "Options.DeadFor": {DeadFor: time.Second},
	} {
		_, err := Open(t.Context(), "redis://127.0.0.1:1/0", o)
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), field) || !strings.Contains(err.Error(), "hint") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestRubyUnderstandsTimesBesideItsOwnProcess: a real one, that tells no version.
func TestRubyUnderstandsTimesBesideItsOwnProcess(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Flags: []string{"-q", "other"}}
	app.Sidekiq(t)
	c, s := app.Client(t), open(t, db)
	w := failing(t, s, store.Job{ID: "a", Args: json.RawMessage(`[1]`)})
	enqueue(t, s, store.Job{ID: "b", Kind: "GoJob"})
	w.beat()
	got := redistest.Eval[[]float64](t, c, `[Sidekiq::Queue.new.latency, Time.now - Sidekiq::RetrySet.new.first.created_at, Sidekiq::RetrySet.new.first.at - Time.now]`)
	if math.Abs(got[0]) > 10 || math.Abs(got[1]) > 10 || math.Abs(got[2]-3600) > 10 {
		t.Errorf("Ruby reads %v", got)
	}
}
