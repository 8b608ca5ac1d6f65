package redis

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

var queued = tasuki.NewKind[int]("GoJob")

// fill puts n jobs into each queue.
func fill(t *testing.T, s *Store, n int, queues ...string) {
	t.Helper()
	for _, q := range queues {
		jobs := make([]store.Job, n)
		for i := range jobs {
			jobs[i] = queued.Job(i, tasuki.Queue(q))
		}
		enqueue(t, s, jobs...)
	}
}

// order runs all that is there with few slots, and answers from which queues the jobs were,
// one after the other.
func order(t *testing.T, s *Store, slots, n int, queues ...tasuki.WeightedQueue) []string {
	t.Helper()
	var mu sync.Mutex
	var order []string
	w, err := tasuki.New(s, tasuki.Config{Queues: queues, Slots: slots, ReadAhead: -1, Logger: slog.New(slog.DiscardHandler), Handlers: []tasuki.Handler{
		queued.Do(func(ctx context.Context, _ int) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, tasuki.JobFrom(ctx).Queue)
			return nil
		})}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.WithoutCancel(t.Context()))
	until(t, "all ran", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(order) == n
	})
	return order
}

func TestWithoutWeightsALaterQueueWaitsUntilTheEarlierOnesAreEmpty(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	fill(t, s, 100, "low", "default", "high")
	got := strings.Join(order(t, s, 1, 300, tasuki.WeightedQueue{Name: "high"}, tasuki.WeightedQueue{Name: "default"}, tasuki.WeightedQueue{Name: "low"}), " ")
	want := strings.Repeat("high ", 100) + strings.Repeat("default ", 100) + strings.TrimSpace(strings.Repeat("low ", 100))
	if got != want {
		t.Errorf("they ran in the order %s", got)
	}
}

// TestWeightsGiveEachQueueItsShare: of 1,000 jobs three of four come from the heavier one,
// within ten standard deviations.
func TestWeightsGiveEachQueueItsShare(t *testing.T) {
	for _, slots := range []int{1, 10} {
		s := open(t, redistest.Shared(t).DB(t))
		fill(t, s, 1200, "high", "low")
		got := order(t, s, slots, 2400, tasuki.WeightedQueue{Name: "high", Weight: 3}, tasuki.WeightedQueue{Name: "low", Weight: 1})
		n := 0
		for _, q := range got[:1000] {
			if q == "high" {
				n++
			}
		}
		if n < 613 || n > 887 {
			t.Errorf("with %d slots %d of the first 1,000 came from the queue that weighs 3 of 4", slots, n)
		}
	}
}

func TestNoQueueThatWeighsLessStarves(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	fill(t, s, 400, "high", "low")
	got := order(t, s, 1, 800, tasuki.WeightedQueue{Name: "high", Weight: 9}, tasuki.WeightedQueue{Name: "low", Weight: 1})
	if !strings.Contains(strings.Join(got[:300], " "), "low") {
		t.Error("of the first 300 jobs none came from the queue that weighs 1 of 10")
	}
}

// pauses are the ways to pause the default queue and to let it go on.
func pauses(t *testing.T, c *redistest.Client, s *Store) map[string]func(on bool) {
	return map[string]func(bool){
		"Ruby": func(on bool) {
			redistest.Eval[any](t, c, `Sidekiq.redis { |r| args[0] ? r.sadd("paused", "default") : r.srem("paused", "default") }`, on)
		},
		"Go": func(on bool) {
			if err := s.Pause(t.Context(), []string{"default"}, on); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// TestNothingIsClaimedFromAPausedQueue: whoever paused it, also a suspect, and where
// strangers are looked past.
func TestNothingIsClaimedFromAPausedQueue(t *testing.T) {
	for _, kind := range []string{"GoJob", "Other"} { // of what lies in front
		c, s, db := ruby(t, "")
		w := worker(t, s)
		claim := func() int {
			r, err := s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 2, Suspects: 1,
				Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"GoJob"}})
			if err != nil {
				t.Fatal(err)
			}
			return len(r.Jobs)
		}
		for who, pause := range pauses(t, c, s) {
			enqueue(t, s, store.Job{ID: "suspect-" + who, Kind: "GoJob"})
			w.claim("GoJob")
			if _, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, MaxDeaths: 9}); err != nil {
				t.Fatal(err)
			}
			w.beat()
			enqueue(t, s, store.Job{ID: "first-" + who, Kind: kind}, store.Job{ID: "second-" + who, Kind: "GoJob"})
			pause(true)
			for range 3 {
				if n := claim(); n != 0 {
					t.Errorf("%s paused: %d were claimed", who, n)
				}
			}
			stats, err := s.Stats(t.Context())
			if err != nil || len(stats.Queues) != 1 || !stats.Queues[0].Paused {
				t.Errorf("%s paused: %+v, %v", who, stats, err)
			}
			pause(false)
			if n := claim(); n != 2 {
				t.Errorf("%s let go: %d were claimed, want 2", who, n)
			}
			redistest.Ask[string](t, db, "FLUSHDB")
			w.beat()
		}
	}
}

// A watched store knows how often its worker has asked for jobs.
type watched struct {
	*Store
	claims atomic.Int64
}

func (c *watched) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	defer c.claims.Add(1)
	return c.Store.Claim(ctx, req)
}

// idle waits until the worker has not asked for a while.
func (c *watched) idle(t *testing.T) {
	t.Helper()
	last, calm := int64(-1), 0
	until(t, "the worker is idle", func() bool {
		if n := c.claims.Load(); n != last {
			last, calm = n, 0
		}
		calm++
		return calm > 20
	})
}

// TestAnIdleWorkerIsWokenWhenItsQueueIsLetGo: it looks every five seconds otherwise.
func TestAnIdleWorkerIsWokenWhenItsQueueIsLetGo(t *testing.T) {
	c, s, _ := ruby(t, "")
	var ran atomic.Int32
	asked := &watched{Store: s}
	w, err := tasuki.New(asked, tasuki.Config{Logger: slog.New(slog.DiscardHandler), Handlers: []tasuki.Handler{
		queued.Do(func(context.Context, int) error { ran.Add(1); return nil })}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.WithoutCancel(t.Context()))
	want := int32(0)
	for who, pause := range pauses(t, c, s) {
		pause(true)
		enqueue(t, s, queued.Job(1))
		asked.idle(t)
		began := time.Now()
		pause(false)
		want++
		until(t, "it runs", func() bool { return ran.Load() == want })
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s let it go, and it ran after %v", who, took)
		}
	}
}
