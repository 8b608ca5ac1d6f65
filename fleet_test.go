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
		if n := (reads() - before) / len(ways); n < 18 || n > 25 {
			t.Errorf("%d reads of the workers in a minute, want one page a beat", n)
		}
	})
}

func TestIdleWorkersOfAStoreThatWakesAskItLessThanOnceASecondEach(t *testing.T) {
	for _, n := range []int{1, 3, 30} {
		bubble(t, func(t *testing.T, st *memory.Store) {
			var ways []*link
			for range n {
				way := newLink(st)
				ways = append(ways, way)
				started(t, struct {
					*link
					store.Listener
				}{way, st}, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
			}
			pass(20 * time.Second)
			asked := func() (n int) {
				for _, way := range ways {
					for _, what := range []string{"claim", "beat", "workers", "settle", "save", "release"} {
						n += way.count(what)
					}
				}
				return n
			}
			before := asked()
			pass(10 * time.Minute)
			if per := float64(asked()-before) / 600 / float64(n); per >= 1 || per < 0.5 {
				t.Errorf("each of %d idle workers asked the store %.2f times a second, want 0.5 to 1", n, per)
			} else {
				t.Logf("each of %d idle workers asked the store %.2f times a second", n, per)
			}
		})
	}
}
