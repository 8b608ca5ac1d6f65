package redis

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// ruby is a Ruby process with Sidekiq's API on the test's database, and the store.
func ruby(t *testing.T, code string) (*redistest.Client, *Store, *redistest.DB) {
	t.Helper()
	db := redistest.Shared(t).DB(t)
	return redistest.App{URL: db.URL(), Code: code}.Client(t), open(t, db), db
}

// byHand is a worker that a test plays.
type byHand struct {
	*testing.T
	*Store
	name  string
	beats uint64
	batch uint64
}

func worker(t *testing.T, s *Store) *byHand {
	w := &byHand{T: t, Store: s, name: "host:4711:0123456789ab"}
	w.beat()
	return w
}

func (w *byHand) beat(claims ...store.Claim) store.BeatReply {
	w.Helper()
	w.beats++
	reply, err := w.Beat(w.Context(), store.BeatRequest{Claims: claims, Worker: store.Worker{Name: w.name, Beat: w.beats, State: store.Working,
		Slots: 7, Busy: len(claims), Queues: []string{"default", "low"}, Kinds: []string{"GoJob"}, Tag: "shop", Version: "1.2"}})
	if err != nil {
		w.Fatal(err)
	}
	return reply
}

// claim takes a job of one class.
func (w *byHand) claim(class string) store.Record {
	w.Helper()
	got, err := w.Claim(w.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Suspects: 1,
		Queues: []store.QueueWant{{Name: "default"}, {Name: "low"}}, Kinds: []string{class}})
	if err != nil || len(got.Jobs) != 1 {
		w.Fatalf("claimed %d jobs, %v", len(got.Jobs), err)
	}
	return got.Jobs[0]
}

func (w *byHand) settle(o store.Outcome) {
	w.Helper()
	w.batch++
	reply, err := w.Settle(w.Context(), store.SettleRequest{Worker: w.name, Batch: w.batch, Outcomes: []store.Outcome{o}})
	if err != nil || reply.Results[0].What != store.Applied {
		w.Fatalf("%s: %+v, %v", o.Verb, reply, err)
	}
}

func held(r store.Record) store.Claim { return store.Claim{ID: r.ID, Token: r.Token} }

func enqueue(t *testing.T, s *Store, jobs ...store.Job) {
	t.Helper()
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
}

// oddArgs are arguments whose spelling differs between languages.
const oddArgs = `[1,"two",{"k":[1.5,null,true]},1.0,1.0e+20,12345678901234567890,1.0e-07,"<&> ` + "\u2028" + ` é / \" \\ \n"]`

func TestRubyRunsWhatGoEnqueuesWithTheSameArguments(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	app := redistest.App{URL: db.URL(), Code: `
class HardJob
  include Sidekiq::Worker
  def perform(*args) = Sidekiq.redis { |c| c.rpush("ran", JSON.generate(args)) }
end`}
	app.Sidekiq(t)
	enqueue(t, s, store.Job{ID: "a", Kind: "HardJob", Args: json.RawMessage(oddArgs)})
	got := redistest.Ask[[]string](t, db, "BLPOP", "ran", "20")
	if len(got) != 2 || got[1] != oddArgs {
		t.Errorf("Ruby ran it with %q, want %s", got, oddArgs)
	}
}

func TestGoRunsWhatRubyEnqueuesWithTheSameArguments(t *testing.T) {
	c, s, _ := ruby(t, "")
	jid := redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => JSON.parse(args[0]), "tags" => ["a"], "retry" => 3)`, oddArgs)
	got := worker(t, s).claim("GoJob")
	if got.ID != jid || string(got.Args) != oddArgs || got.MaxAttempts != 4 || len(got.Tags) != 1 {
		t.Errorf("claimed %+v", got.Job)
	}
}

// TestRubySpellsWhatGoWritesAsGoDoes: wherever a job lies. Sidekiq finds what it moves by
// that spelling.
func TestRubySpellsWhatGoWritesAsGoDoes(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	args := json.RawMessage(oddArgs)
	end := func(o store.Outcome) {
		o.Claim = held(w.claim("GoJob"))
		w.settle(o)
	}
	failure := &store.Failure{Class: "E", Message: "wrong \xff <b>", Stack: "a.go:1\nb.go:2"}
	for _, o := range []store.Outcome{{Verb: store.Fail, Delay: time.Hour, Failure: failure}, {Verb: store.Bury, Failure: failure},
		{Verb: store.Snooze, Delay: time.Hour}, {Verb: store.HandOver}} {
		enqueue(t, s, store.Job{ID: string(o.Verb), Kind: "GoJob", Args: args, Tags: []string{"é"}, Keep: time.Hour, Unique: "u-" + string(o.Verb)})
		end(o)
	}
	enqueue(t, s, store.Job{ID: "later", Kind: "GoJob", Args: args, Delay: time.Hour})
	var all []string
	all = append(all, redistest.Ask[[]string](t, db, "LRANGE", "queue:default", "0", "-1")...)
	for _, set := range []string{"schedule", "retry", "dead"} {
		all = append(all, redistest.Ask[[]string](t, db, "ZRANGE", set, "0", "-1")...)
	}
	if len(all) != 5 {
		t.Fatalf("there are %d jobs", len(all))
	}
	for _, text := range all {
		if ruby := redistest.Eval[string](t, c, `JSON.generate(JSON.parse(args[0]))`, text); ruby != text {
			t.Errorf("Go wrote\n%s\nRuby writes\n%s", text, ruby)
		}
	}
}

func TestRubyReschedulesWhatGoScheduled(t *testing.T) {
	c, s, db := ruby(t, "")
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", Args: json.RawMessage(oddArgs), Delay: time.Hour, Timeout: time.Minute})
	redistest.Eval[any](t, c, `Sidekiq::ScheduledSet.new.first.reschedule(Time.now + 7200)`)
	if n := redistest.Ask[int64](t, db, "ZCARD", "schedule"); n != 1 {
		t.Errorf("%d jobs are scheduled, want the one", n)
	}
}

func TestFieldsThatTasukiDoesNotKnowSurviveARetry(t *testing.T) {
	c, s, db := ruby(t, "")
	redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "cattr" => {"user" => 7.0}, "locale" => "de", "bid" => "b-1", "queue" => "low", "retry_queue" => "default")`)
	w := worker(t, s)
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Failure: &store.Failure{Class: "E", Message: "m"}})
	text := redistest.Ask[[]string](t, db, "LRANGE", "queue:default", "0", "-1")
	for _, want := range []string{`"cattr":{"user":7.0}`, `"locale":"de"`, `"bid":"b-1"`, `"queue":"default"`, `"retry_count":0`} {
		if len(text) != 1 || !strings.Contains(text[0], want) {
			t.Errorf("%q has no %s", text, want)
		}
	}
}

func TestJobsThatAskForItLeaveNoBody(t *testing.T) {
	for _, option := range []string{`"retry" => false`, `"retry" => 0, "dead" => false`} {
		c, s, db := ruby(t, "")
		redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], `+option+`)`)
		w := worker(t, s)
		job := w.claim("GoJob")
		w.settle(store.Outcome{Claim: held(job), Verb: store.Bury, Failure: &store.Failure{Class: "E", Message: "m"}})
		if n := redistest.Ask[int64](t, db, "ZCARD", "dead"); n != 0 || job.MaxAttempts != 1 {
			t.Errorf("%s: %d are dead after %d attempts", option, n, job.MaxAttempts)
		}
	}
}

func TestSidekiqsWebShowsGoWorkersAndWhatTheyRun(t *testing.T) {
	c, s, _ := ruby(t, "")
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", Args: json.RawMessage(`["visible"]`)})
	job := w.claim("GoJob")
	w.beat(held(job))
	page, err := c.Web().Get(t.Context(), "/busy")
	if err != nil || page.Status != 200 {
		t.Fatalf("%v, %+v", err, page)
	}
	for _, want := range []string{"host:4711", "shop", "GoJob", "visible"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	got := redistest.Eval[[]any](t, c, `p = Sidekiq::ProcessSet.new.first; [p["concurrency"], p["busy"], p["queues"], Sidekiq::Workers.new.size]`)
	if want := `[7 1 [default low] 1]`; strings.TrimSpace(strings.Join(strings.Fields(fmt.Sprint(got)), " ")) != want {
		t.Errorf("the API shows %v, want %s", got, want)
	}
}

func TestSidekiqsWebQuietsAndStopsGoWorkers(t *testing.T) {
	c, s, _ := ruby(t, "")
	w := worker(t, s)
	for _, button := range []struct {
		name string
		want store.OrderKind
	}{{"quiet", store.OrderQuiet}, {"stop", store.OrderStop}} {
		if _, err := c.Web().Press(t.Context(), "/busy", button.name, w.name); err != nil {
			t.Fatal(err)
		}
		orders := w.beat().Orders
		if len(orders) == 0 || orders[len(orders)-1].What != button.want {
			t.Errorf("%s brought %v", button.name, orders)
		}
	}
}

// TestWhatOthersSpellWithSpacesIsInRubysSpellingOnceItWaitsForItsTime: Sidekiq would double
// it otherwise when somebody reschedules it.
func TestWhatOthersSpellWithSpacesIsInRubysSpellingOnceItWaitsForItsTime(t *testing.T) {
	c, s, db := ruby(t, "")
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", `{ "class": "GoJob", "args": [1.50, "\u00e9"], "jid": "a", "retry": true, "queue": "default" }`)
	w := worker(t, s)
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Delay: time.Hour, Failure: &store.Failure{Class: "E", Message: "m"}})
	redistest.Eval[any](t, c, `Sidekiq::RetrySet.new.first.reschedule(Time.now + 7200)`)
	if n := redistest.Ask[int64](t, db, "ZCARD", "retry"); n != 1 {
		t.Errorf("%d jobs wait, want the one", n)
	}
}

// TestCallersAtOnceEachHearWhatBecameOfTheirOwn: one whose id is known takes no other with
// it.
func TestCallersAtOnceEachHearWhatBecameOfTheirOwn(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	enqueue(t, s, store.Job{ID: "known", Kind: "GoJob"})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			id, want := fmt.Sprint("new-", i), store.Added
			if i%10 == 0 {
				id, want = "known", store.Known
			}
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "GoJob"}})
			if err != nil || len(got) != 1 || got[0] != (store.Enqueued{ID: id, What: want}) {
				t.Errorf("%s: %v, %v", id, got, err)
			}
		})
	}
	wg.Wait()
	stats, err := s.Stats(t.Context())
	if err != nil || len(stats.Queues) != 1 || stats.Queues[0].Counts[store.Ready] != 181 {
		t.Errorf("%+v, %v; want 181 jobs", stats, err)
	}
}
