package redis

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestAClassThatGoDoesNotHaveIsLeftInItsPlaceForRuby: untouched, also between jobs that Go
// runs.
func TestAClassThatGoDoesNotHaveIsLeftInItsPlaceForRuby(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Flags: []string{"-c", "1"}, Code: `
class RubyJob
  include Sidekiq::Worker
  def perform(n) = Sidekiq.redis { |c| c.rpush("ran", n) }
end
`}
	c, s := app.Client(t), open(t, db)
	redistest.Eval[any](t, c, `5.times { |n| RubyJob.perform_async(n); Sidekiq::Client.push("class" => "GoJob", "args" => [n]) }; nil`)
	waiting := func() []string { return redistest.Ask[[]string](t, db, "LRANGE", "queue:default", 0, -1) }
	want := slices.DeleteFunc(waiting(), func(text string) bool { return strings.Contains(text, "GoJob") })
	ran := make(chan int, 10)
	engine(t, s, tasuki.NewKind[int]("GoJob", tasuki.Positional()).Do(func(_ context.Context, n int) error { ran <- n; return nil }))
	for range 5 {
		told(t, ran)
	}
	until(t, "Ruby's are where they were", func() bool { return slices.Equal(waiting(), want) })
	if n := redistest.Ask[int64](t, db, "EXISTS", "retry", "dead"); n != 0 {
		t.Error("one failed")
	}
	app.Sidekiq(t)
	for n := range 5 {
		if got := redistest.Ask[[]string](t, db, "BLPOP", "ran", "20"); len(got) != 2 || got[1] != strconv.Itoa(n) {
			t.Errorf("Ruby ran %q, want %d", got, n)
		}
	}
}

// suspects are a worker that holds one job of a dead one, and a store with another one of
// those and one that waits.
func suspects(t *testing.T, s *Store) *byHand {
	t.Helper()
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"}, store.Job{ID: "b", Kind: "GoJob", Args: json.RawMessage(oddArgs)}, store.Job{ID: "c", Kind: "GoJob"})
	w.claim("GoJob")
	w.claim("GoJob")
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone", MaxDeaths: 3}); err != nil || len(r.Jobs) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	w.beat()
	if job := w.claim("GoJob"); job.Deaths != 1 {
		t.Fatalf("claimed %+v", job.Job)
	}
	return w
}

func TestRubySeesNoQueuesOfTasukisOwn(t *testing.T) {
	c, s, db := ruby(t, "")
	w := suspects(t, s)
	if n := redistest.Ask[int64](t, db, "EXISTS", s.keys.claims(w.name), s.keys.suspects("default")); n != 2 {
		t.Fatalf("there are %d of them: the test would see nothing", n)
	}
	if names := queueNames(t, c); !slices.Equal(names, []string{"default"}) {
		t.Errorf("the API knows the queues %q", names)
	}
	if n := redistest.Eval[int](t, c, `Sidekiq::Queue.new.size + Sidekiq::Stats.new.enqueued`); n != 2 {
		t.Errorf("the API counts %d jobs, want twice the one that waits", n)
	}
	page, err := c.Web().Get(t.Context(), "/queues")
	if err != nil || page.Status != 200 || strings.Contains(page.Body, "tasuki") || strings.Contains(page.Body, "suspects") {
		t.Errorf("the page shows them: %v, %+v", err, page)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || len(stats.Queues) != 1 || stats.Queues[0].Counts[store.Ready] != 2 || stats.Queues[0].Counts[store.Running] != 1 {
		t.Errorf("Go counts %+v, %v", stats, err)
	}
}

// TestWhatAKilledWorkerRanGoesToWhereRubySeesItOnceItIsCancelledAndTriedAgain: the way back
// to Ruby.
func TestWhatAKilledWorkerRanGoesToWhereRubySeesItOnceItIsCancelledAndTriedAgain(t *testing.T) {
	c, s, _ := ruby(t, "")
	w := suspects(t, s)
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone", MaxDeaths: 3}); err != nil || len(r.Jobs) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, m := range []store.MoveRequest{
		{Filter: store.Filter{Queues: []string{"default"}, States: []store.State{store.Ready}}, To: store.Cancelled},
		{Filter: store.Filter{Queues: []string{"default"}, States: []store.State{store.Cancelled}}, To: store.Ready},
	} {
		if n, err := s.Move(t.Context(), m); n != 3 || err != nil {
			t.Fatalf("%d moved to %s, %v", n, m.To, err)
		}
	}
	got := redistest.Eval[[]string](t, c, `Sidekiq::Queue.new.map { |j| j.jid + JSON.generate(j.args) }.sort`)
	if want := []string{"a[null]", "b" + oddArgs, "c[null]"}; !slices.Equal(got, want) {
		t.Errorf("Ruby sees %q, want %q", got, want)
	}
}

// TestWhatADeadWorkerHeldIsInTheOrderInWhichItWasTaken: by one claim or by several.
func TestWhatADeadWorkerHeldIsInTheOrderInWhichItWasTaken(t *testing.T) {
	for _, deaths := range []int{0, 3} { // to the queue, or apart from it
		s := open(t, redistest.Shared(t).DB(t))
		w := worker(t, s)
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			enqueue(t, s, store.Job{ID: id, Kind: "GoJob"})
			w.claim("GoJob")
		}
		if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone", MaxDeaths: deaths}); err != nil || len(r.Jobs) != 6 {
			t.Fatalf("%+v, %v", r, err)
		}
		w.beat()
		order := ""
		for range 6 {
			order += w.claim("GoJob").ID
		}
		if order != "abcdef" {
			t.Errorf("they run in the order %s", order)
		}
	}
}

func TestTheButtonsOfWebForAllWorkOnWhatGoWrote(t *testing.T) {
	c, s, db := ruby(t, "")
	w := failing(t, s, store.Job{ID: "a"}, store.Job{ID: "b", Args: json.RawMessage(oddArgs)})
	again := func() {
		t.Helper()
		first, second := w.claim("GoJob"), w.claim("GoJob")
		if first.ID+second.ID != "ab" && first.ID+second.ID != "ba" {
			t.Errorf("claimed %s and %s", first.ID, second.ID)
		}
		if first.Attempts+second.Attempts != 0 {
			t.Errorf("they have %d and %d attempts, want the last given back", first.Attempts, second.Attempts)
		}
		for _, job := range []store.Record{first, second} {
			w.settle(store.Outcome{Claim: held(job), Verb: store.Fail, Delay: time.Hour, Failure: wrong})
		}
	}
	press(t, c, "/retries", "retry", "all/retry")
	again()
	press(t, c, "/retries", "kill", "all/kill")
	if n := redistest.Ask[int64](t, db, "ZCARD", "dead"); n != 2 {
		t.Errorf("%d are dead", n)
	}
	press(t, c, "/morgue", "retry", "all/retry")
	again()
	press(t, c, "/retries", "kill", "all/kill")
	press(t, c, "/morgue", "delete", "all/delete")
	if n := redistest.Ask[int64](t, db, "EXISTS", "retry", "dead", "queue:default"); n != 0 {
		t.Error("something is left")
	}
}

func TestQuietAllInWebReachesEveryGoWorker(t *testing.T) {
	c, s, _ := ruby(t, "")
	all := []*byHand{worker(t, s), {T: t, Store: s, name: "host:4712:fedcba9876543210"}}
	all[1].beat()
	press(t, c, "/busy", "quiet", "")
	for _, w := range all {
		if orders := w.beat().Orders; len(orders) != 1 || orders[0].What != store.OrderQuiet {
			t.Errorf("%s was told %v", w.name, orders)
		}
	}
}
