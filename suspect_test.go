package tasuki_test

import (
	"context"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestASuspectIsFollowedByTheNextOneAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		const n = 5
		var jobs []store.Job
		for i := range n {
			jobs = append(jobs, task.Job(i))
		}
		enqueued(t, st, jobs...)
		way := newLink(st)
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})}})
		pass(5 * time.Second)
		way.set(func(l *link) { l.cut = true })
		var began []time.Time
		started(t, newLink(st), tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			began = append(began, time.Now())
			pass(100 * time.Millisecond)
			return nil
		})}})
		pass(time.Minute)
		if len(began) != n {
			t.Fatalf("%d suspects ran, want %d", len(began), n)
		}
		if took := began[n-1].Sub(began[0]); took > time.Second {
			t.Errorf("%d suspects that take 100 ms each began within %v", n, took)
		}
	})
}
