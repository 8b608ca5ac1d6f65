package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A handler that swallows the end of a loop is not done for that.

// swallowing makes a handler of an outer loop whose items swallow the end of an inner
// one.
func swallowing(inner *tally, opts ...tasuki.EachOption) tasuki.Handler {
	return tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
		tasuki.Loop(ctx, "in", count(4), func(_ context.Context, k int) error { pass(time.Second); inner.add(10*i + k); return nil }, opts...)
		return nil
	})
}

const allInner = "[11 12 13 14 21 22 23 24]"

func TestAMaxRunThatIsSwallowedLeavesNothingOut(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var inner tally
		job := walk.Job(2, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{swallowing(&inner, tasuki.MaxRun(1500*time.Millisecond))}})
		pass(time.Minute)
		r := wantState(t, st, job.ID, store.Done)
		if got := fmt.Sprint(inner.all()); got != allInner || r.Interruptions != 2 || r.Attempts != 0 {
			t.Errorf("inner items %s, %d interruptions, %d attempts", got, r.Interruptions, r.Attempts)
		}
	})
}

func TestAThrottleThatIsSwallowedLeavesNothingOut(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var inner tally
		job := walk.Job(2, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		asked := 0
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{swallowing(&inner, tasuki.Throttle(func(context.Context) time.Duration {
			if asked++; asked == 3 {
				return time.Minute
			}
			return 0
		}))}})
		pass(30 * time.Second)
		wantState(t, st, job.ID, store.Scheduled)
		pass(time.Minute)
		wantState(t, st, job.ID, store.Done)
		if got := fmt.Sprint(inner.all()); got != allInner {
			t.Errorf("inner items %s", got)
		}
	})
}

func TestACancelThatIsSwallowedIsACancelAllTheSame(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var inner tally
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			tasuki.Loop(ctx, "rows", count(10), aSecond(&inner))
			return nil
		})}})
		pass(1500 * time.Millisecond)
		if _, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled}); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if r := wantState(t, st, job.ID, store.Cancelled); len(inner.all()) == 10 || r.Attempts != 0 {
			t.Errorf("inner items %v, %d attempts", inner.all(), r.Attempts)
		}
	})
}

func TestATimeoutThatIsSwallowedFailsTheAttemptAndLeavesNothingOut(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var inner tally
		job := walk.Job(2, tasuki.Keep(time.Hour), tasuki.Timeout(2500*time.Millisecond))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{swallowing(&inner)}})
		pass(5 * time.Second)
		r := record(t, st, job.ID)
		wantFailure(t, r, "timeout after 2.5s")
		pass(time.Hour)
		wantState(t, st, job.ID, store.Done)
		if got := fmt.Sprint(inner.all()); got != allInner {
			t.Errorf("inner items %s", got)
		}
	})
}

func TestALoopThatTheHandlerItselfEndsIsTheHandlersToJudge(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var inner tally
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond) // do what you can
			defer cancel()
			err := tasuki.Loop(ctx, "in", count(4), func(_ context.Context, k int) error { pass(time.Second); inner.add(10*i + k); return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
			return nil
		}))
		pass(time.Minute)
		wantState(t, st, r.ID, store.Done)
		if n := len(inner.all()); n != 20 {
			t.Errorf("%d inner items", n)
		}
	})
}

func TestAnErrorOfTheHandlersOwnCountsMoreThanTheEndOfALoop(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantFailure(t, eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
			tasuki.Loop(ctx, "in", count(4), func(context.Context, int) error { return nil }, tasuki.MaxRun(1))
			return errors.New("and the disk is full")
		})), "disk is full")
	})
}

func TestMaxRunCountsFromTheFirstItemOfItsLoop(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			if err := tasuki.Loop(ctx, "a", count(20), aSecond(new(tally))); err != nil {
				return err
			}
			return tasuki.Loop(ctx, "b", count(10), aSecond(&done), tasuki.MaxRun(5*time.Second))
		})}})
		pass(24500 * time.Millisecond)
		if r := wantState(t, st, job.ID, store.Running); r.Interruptions != 0 {
			t.Errorf("%d interruptions after items %v", r.Interruptions, done.all())
		}
		pass(time.Second)
		if r := record(t, st, job.ID); r.Interruptions != 1 {
			t.Errorf("%d interruptions after items %v", r.Interruptions, done.all())
		}
		pass(time.Minute)
		wantState(t, st, job.ID, store.Done)
	})
}

func TestAThenFromAnItemEndsTheWholeJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		r := eaching(t, st, tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			if done.add(i); i == 3 {
				return tasuki.Then(task.Job(1))
			}
			return nil
		}))
		if got := fmt.Sprint(done.all()); got != "[1 2 3]" || r.State != store.Done {
			t.Errorf("%s after items %s", r.State, got)
		}
	})
}
