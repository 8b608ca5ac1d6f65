package memory_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// fill enqueues n jobs of a kind.
func fill(t testing.TB, s *memory.Store, kind string, n int) {
	t.Helper()
	jobs := make([]store.Job, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: fmt.Sprintf("%s-%d", kind, i), Kind: kind}
	}
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
}

// claim takes n jobs of kind "k" from the default queue and finishes them.
func claimAndFinish(t testing.TB, s *memory.Store, batch uint64, n int) {
	t.Helper()
	got, err := s.Claim(t.Context(), store.ClaimRequest{
		Worker: "w", Token: store.NewToken(), Max: n, Kinds: []string{"k"},
		Queues: []store.QueueWant{{Name: store.DefaultQueue}},
	})
	if err != nil || len(got.Jobs) != n {
		t.Fatalf("claimed %d of %d jobs: %v", len(got.Jobs), n, err)
	}
	outcomes := make([]store.Outcome, n)
	for i, r := range got.Jobs {
		outcomes[i] = store.Outcome{Claim: store.Claim{ID: r.ID, Token: r.Token}, Verb: store.Finish}
	}
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: batch, Outcomes: outcomes}); err != nil {
		t.Fatal(err)
	}
}

func TestInABubbleDelaysRunOnItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New(memory.Options{})
		s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 1}})
		s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k", Delay: time.Hour}})
		req := store.ClaimRequest{
			Worker: "w", Token: 1, Max: 1, Kinds: []string{"k"},
			Queues: []store.QueueWant{{Name: store.DefaultQueue}},
		}
		early, err := s.Claim(t.Context(), req)
		if err != nil || len(early.Jobs) != 0 || early.Wait != time.Hour {
			t.Fatalf("claim an hour early: %+v, %v", early, err)
		}
		<-time.After(early.Wait)
		if due, err := s.Claim(t.Context(), req); err != nil || len(due.Jobs) != 1 {
			t.Fatalf("claim when due: %+v, %v", due, err)
		}
	})
}

func TestInABubbleListenWakesAtOnceAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New(memory.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		woken, ended := 0, false
		go func() {
			err := s.Listen(ctx, []string{"default"}, func() { woken++ })
			ended = err == nil
		}()
		synctest.Wait()
		start := time.Now()
		fill(t, s, "k", 1)
		synctest.Wait()
		if woken != 2 || time.Since(start) != 0 { // once for having begun
			t.Errorf("woken %d times after %v", woken, time.Since(start))
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("Listen did not end with its context")
		}
	})
}

func BenchmarkClaimAndFinish(b *testing.B) {
	for _, c := range []struct{ known, strange int }{{10_000, 0}, {100_000, 0}, {100_000, 1_000_000}} {
		b.Run(fmt.Sprintf("waiting=%d/strange=%d", c.known, c.strange), func(b *testing.B) {
			s := memory.New(memory.Options{})
			fill(b, s, "strange", c.strange)
			fill(b, s, "k", c.known)
			s.Beat(b.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 1}})
			next := c.known
			for n := range b.N {
				claimAndFinish(b, s, uint64(n+1), 100)
				b.StopTimer()
				refill := make([]store.Job, 100)
				for i := range refill {
					refill[i] = store.Job{ID: fmt.Sprintf("k-%d", next), Kind: "k"}
					next++
				}
				s.Enqueue(b.Context(), refill)
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(100*b.N), "ns/job")
		})
	}
}
