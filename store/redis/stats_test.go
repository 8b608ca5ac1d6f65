package redis

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// run claims and settles one job for each verb.
func (w *byHand) run(verbs ...store.Verb) {
	w.Helper()
	for i, verb := range verbs {
		enqueue(w.T, w.Store, store.Job{ID: fmt.Sprintf("%d-%d", w.batch, i), Kind: "GoJob"})
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: verb, Delay: time.Hour, Failure: wrong, Back: true, Ran: 25 * time.Millisecond})
		if verb == store.HandOver || verb == store.Return {
			w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Snooze, Delay: time.Hour})
		}
	}
}

func TestSidekiqsCountersCountEachOfGosRunsThatEndedOnce(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	w.run(store.Finish, store.Fail, store.Finish, store.Bury, store.Finish)
	last := store.SettleRequest{Worker: w.name, Batch: w.batch, Outcomes: []store.Outcome{{Claim: store.Claim{ID: "4-4", Token: 1}, Verb: store.Finish}}}
	if r, err := s.Settle(t.Context(), last); err != nil || r.Results[0].What != store.Already {
		t.Fatalf("%v, %v", r, err) // a resend
	}
	w.run(store.HandOver, store.Snooze, store.Return, store.Cancel) // cost nothing
	got := redistest.Eval[[]int](t, c, `s, h = Sidekiq::Stats.new, Sidekiq::Stats::History.new(2)
		[s.processed, s.failed, h.processed.values[0], h.failed.values[0], h.processed.values[1], s.retry_size, s.dead_size]`)
	if want := []int{5, 2, 5, 2, 0, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("the API says %v, want %v", got, want)
	}
	for _, name := range []string{"stat:processed", "stat:failed"} {
		if ttl := redistest.Ask[int64](t, db, "TTL", name); ttl != -1 {
			t.Errorf("%s is kept for %d s, want for ever", name, ttl)
		}
		day := name + ":" + time.Now().UTC().Format(time.DateOnly)
		if ttl := redistest.Ask[int64](t, db, "TTL", day); ttl < 157679900 || ttl > 157680000 {
			t.Errorf("%s is kept for %d s, want five years", day, ttl)
		}
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Done != 3 || stats.Failed != 2 {
		t.Errorf("Go says %+v, %v", stats, err)
	}
}

// TestSidekiqsCountersHaveTheServersDayInUTC: whatever the clocks of workers say.
func TestSidekiqsCountersHaveTheServersDayInUTC(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for _, day := range []string{"2026-12-31", "2027-01-01", "2027-02-28", "2027-03-01", "2028-02-29", "2028-12-31", "2100-02-28", "2100-03-01", "2000-02-29", "1999-12-31"} {
		for _, at := range []string{"T00:00:01Z", "T23:59:50Z"} {
			moment, err := time.Parse(time.RFC3339, day+at)
			if err != nil {
				t.Fatal(err)
			}
			s.ahead.Store(time.Until(moment).Microseconds())
			w.run(store.Finish)
		}
		if n := redistest.Ask[string](t, db, "GET", "stat:processed:"+day); n != "2" {
			t.Errorf("of %s %q are counted, want 2; there are %q", day, n, redistest.Ask[[]string](t, db, "KEYS", "stat:*"))
		}
	}
}

func TestQueueLatencyInRubyIsTheAgeOfWhatGoEnqueuedFirst(t *testing.T) {
	c, s, _ := ruby(t, "")
	s.ahead.Store(-5_000_000)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	s.ahead.Store(0)
	enqueue(t, s, store.Job{ID: "b", Kind: "GoJob"})
	if got := redistest.Eval[float64](t, c, "Sidekiq::Queue.new.latency"); math.Abs(got-5) > 2 {
		t.Errorf("latency %v, want 5 s", got)
	}
	if got := redistest.Eval[float64](t, c, "Sidekiq::Stats.new.default_queue_latency"); math.Abs(got-5) > 2 {
		t.Errorf("latency %v, want 5 s", got)
	}
	if year := redistest.Eval[int](t, c, "Sidekiq::Queue.new.first.enqueued_at.year"); year != time.Now().UTC().Year() {
		t.Errorf("enqueued in %d", year)
	}
}

func TestTimesOfEveryGenerationOfSidekiqAreRead(t *testing.T) {
	for name, spell := range map[string]func(time.Time) string{
		"float seconds": func(at time.Time) string { return fmt.Sprintf("%.4f", float64(at.UnixMicro())/1e6) },
		"milliseconds":  func(at time.Time) string { return fmt.Sprint(at.UnixMilli()) },
		"a string":      func(at time.Time) string { return fmt.Sprintf(`"%.4f"`, float64(at.UnixMicro())/1e6) },
		"whole seconds": func(at time.Time) string { return fmt.Sprint(at.Unix()) },
	} {
		db := redistest.Shared(t).DB(t)
		s := open(t, db)
		at := time.Now().Add(-100 * time.Second)
		text := `{"class":"GoJob","args":[],"jid":"a","retry":true,"queue":"default","created_at":` + spell(at) + `,"enqueued_at":` + spell(at) +
			`,"retry_count":1,"error_class":"E","error_message":"m","failed_at":` + spell(at) + `,"retried_at":` + spell(at) + `}`
		redistest.Ask[int64](t, db, "SADD", "queues", "default")
		redistest.Ask[int64](t, db, "LPUSH", "queue:default", text)
		stats, err := s.Stats(t.Context())
		if err != nil || len(stats.Queues) != 1 || (stats.Queues[0].Latency-100*time.Second).Abs() > 5*time.Second {
			t.Errorf("%s: %+v, %v", name, stats, err)
		}
		job := worker(t, s).claim("GoJob")
		for what, read := range map[string]time.Time{"created": job.CreatedAt, "due": job.DueAt, "failed": job.Failure.At} {
			if read.Sub(at).Abs() > 1100*time.Millisecond {
				t.Errorf("%s: %s at %v, want %v", name, what, read, at)
			}
		}
	}
}
