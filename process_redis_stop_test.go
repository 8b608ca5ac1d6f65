package tasuki_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestProcessOnRedisHandsOverWithItsCursorToTheFrontInOneWriteAndTheNextWorkerBeginsWithIt(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	m := y.db.Server.Monitor(t)
	ids := y.add(marches(1, march{100, 20})...)
	a := y.worker(nil, "-c", "1")
	a.await("item", 10)
	ids = append(ids, y.add(jobsOf(20, func() store.Job { return plainKind.Job(nap{5}, tasuki.Queue(goQueue)) })...)...)
	a.signal(syscall.SIGTERM)
	if _, code := a.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if got := y.waiting(goQueue); !slices.Equal(got, ids) {
		t.Errorf("waiting are\n%q, want\n%q", got, ids)
	}
	last := len(a.all("item"))
	wantOneWrite(t, m, ids[0], last)
	b := y.worker(nil, "-c", "1")
	if first := b.await("begin", 1).job; first != ids[0] {
		t.Errorf("the next worker began with %s, want %s", first, ids[0])
	}
	y.awaitDone(ids)
	y.wantMarches(ids[:1], 100, 0)
	y.wantRuns(ids[:1], "left done")
	y.wantRuns(ids[1:], "done")
}

// wantOneWrite fails unless a job came to the front of its queue when its last cursor was
// written: in the same script, or before if it was saved already, and never behind.
func wantOneWrite(t *testing.T, m *redistest.Monitor, id string, item int) {
	t.Helper()
	all, err := m.Commands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cursor, pushed := "", false
	for _, c := range all {
		switch {
		case len(c.Args) > 3 && c.Args[0] == "HSET" && c.Args[1] == "it-"+id && c.Args[2] == "c":
			if cursor = lastNumber.FindString(c.Args[3]); pushed {
				t.Errorf("the cursor %s was written behind the hand-over", c.Args[3])
			}
		case len(c.Args) == 3 && c.Args[0] == "RPUSH" && strings.Contains(c.Args[2], id):
			if pushed = true; cursor != strconv.Itoa(item) {
				t.Errorf("handed over with cursor %q, want item %d", cursor, item)
			}
		}
	}
	if !pushed {
		t.Errorf("among %d commands there is no push to the front", len(all))
	}
}

// TestProcessOnRedisHandsOverToRubyWhichBeginsWithIt: such a job was not finished, and did
// not fail.
func TestProcessOnRedisHandsOverToRubyWhichBeginsWithIt(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	ids := y.add(longKind.Job(nap{2000}))
	a := y.worker(nil, "-c", "1", "-t", "2")
	a.await("begin", 1)
	ids = append(ids, y.add(jobsOf(5, func() store.Job { return plainKind.Job(nap{5}) })...)...)
	before := payload(t, y, 0)
	a.signal(syscall.SIGTERM)
	if _, code := a.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
	handed := payload(t, y, -1)
	for _, name := range []string{"retry_count", "error_message", "failed_at"} {
		if handed[name] != nil {
			t.Errorf("%s is %s", name, handed[name])
		}
	}
	if string(handed["jid"]) != strconv.Quote(ids[0]) || string(handed["args"]) != "[2000]" || len(before) == 0 {
		t.Errorf("handed over was %s", handed)
	}
	ruby := y.ruby("-c", "1").Sidekiq(t)
	y.awaitDone(ids)
	began := y.book.await(t, 1, func(e *entry) bool { return e.who == rubyName(ruby) && e.what == "begin" })
	if began[0].job != ids[0] {
		t.Errorf("Ruby began with %s, want %s", began[0].job, ids[0])
	}
	y.wantRuns(ids[:1], "left done")
	y.wantRuns(ids[1:], "done")
}

// payload is a job of the default queue by its place in the list.
func payload(t *testing.T, y *redisYard, place int) map[string]json.RawMessage {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(redistest.Ask[string](t, y.db, "LINDEX", "queue:default", place)), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func TestProcessOnRedisThatIsQuietTakesNothingAndWhatItTookAtTheLastMomentIsInItsPlaceAgain(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	p := y.worker(nil, "-c", "2")
	p.awaitBeats(2)
	var ids []string
	for i := range 400 { // it claims, ahead of its slots too, while it hears the signal
		ids = append(ids, y.add(plainKind.Job(nap{1}))...)
		if i == 200 {
			p.signal(syscall.SIGTSTP)
		}
	}
	p.awaitLog("quiet: no more claims")
	ids = append(ids, y.add(jobsOf(20, func() store.Job { return plainKind.Job(nap{1}) })...)...)
	workers, err := y.Workers(t.Context(), store.WorkersRequest{})
	if err != nil || len(workers) != 1 {
		t.Fatal(workers, err)
	}
	p.awaitBeats(workers[0].Beat + 2)
	began := p.all("begin")
	// What went back in two batches may have changed places; all of it is in front again.
	const taken = 30
	got, want := y.waiting("default"), slices.Clone(ids[len(began):])
	slices.Sort(got[:min(taken, len(got))])
	slices.Sort(want[:taken])
	if !slices.Equal(got, want) {
		t.Errorf("%d had begun; of the others wait\n%q, want\n%q", len(began), got, want)
	}
	if n := redistest.Ask[int64](t, y.db, "EXISTS", "tasuki:claims:"+p.name); n != 0 {
		t.Error("it holds claims")
	}
	t.Logf("%d jobs had begun before it was quiet", len(began))
	p.signal(syscall.SIGCONT)
	y.awaitDone(ids)
	y.wantRuns(ids, "done")
}

func TestProcessOnRedisWhoseHandlerIgnoresEverythingIsGoneByItsTimeoutAndRunsElsewhere(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	jobs := []store.Job{deafKind.Job(nap{4000}, tasuki.Keep(time.Hour))}
	y.add(jobs...)
	a := y.worker(nil, "-t", "2")
	a.await("begin", 1)
	b := y.worker(nil)
	began := a.signal(syscall.SIGTERM)
	exit, code := a.exit()
	if took := exit.Sub(began); took > 2*time.Second || code != 0 {
		t.Errorf("exit %d after %v, want 0 within 2s", code, took)
	}
	if again := b.await("begin", 1).at.Sub(exit); again > 3*time.Second {
		t.Errorf("running elsewhere %v after the exit, want 3s at most", again)
	}
	recs := ended(t, y.yard, jobs)
	wantCosts(t, recs, 1)
	if recs[0].Deaths != 0 {
		t.Error("a death was counted although the worker was stopping")
	}
}
