package tasuki_test

import (
	"context"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// fleet starts n workers, each on a link of its own, with one slot.
func fleet(t *testing.T, st *memory.Store, n int, h tasuki.Handler) []*link {
	t.Helper()
	ways := make([]*link, n)
	for i := range ways {
		ways[i] = newLink(st)
		started(t, ways[i], tasuki.Config{Slots: 1, ReadAhead: -1, Handlers: []tasuki.Handler{h}})
	}
	return ways
}

func TestARackThatDiesIsReleasedAtOnceEachWorkerOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		const all, dead = 40, 30
		var jobs []store.Job
		for i := range all {
			jobs = append(jobs, task.Job(i, tasuki.Keep(time.Hour)))
		}
		enqueued(t, st, jobs...)
		ways := fleet(t, st, all, task.Do(func(ctx context.Context, _ int) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return nil
			}
		}))
		pass(20 * time.Second)
		for _, way := range ways[:dead] {
			way.set(func(l *link) { l.cut = true })
		}
		pass(18 * time.Second)
		released := 0
		for _, j := range jobs {
			r := record(t, st, j.ID)
			if released += r.Releases; r.Releases > 1 {
				t.Errorf("job %s was released %d times", j.ID, r.Releases)
			}
		}
		if released != dead {
			t.Errorf("%d jobs were released 18 s after %d workers died", released, dead)
		}
		for _, way := range ways[:dead] {
			way.set(func(l *link) { l.cut = false })
		}
		pass(2 * time.Minute)
		for _, j := range jobs {
			wantState(t, st, j.ID, store.Done)
		}
	})
}

func TestWatchingCostsTheSameInAFleetOfAnySize(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ways := fleet(t, st, 100, task.Do(func(context.Context, int) error { return nil }))
		pass(20 * time.Second)
		reads := func() (n int) {
			for _, w := range ways {
				n += w.count("workers")
			}
			return n
		}
		before := reads()
		pass(time.Minute)
		// On average: who comes last by name reads on at the beginning.
		if n := (reads() - before) / len(ways); n < 55 || n > 70 {
			t.Errorf("%d reads of the workers in a minute, want one page a second", n)
		}
	})
}
