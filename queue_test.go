package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAnUnknownKindIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		other := tasuki.NewKind[int]("of the next release").Job(1)
		enqueued(t, st, other)
		enqueued(t, st, task.Job(1))
		runs := 0
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { runs++; return nil })}})
		pass(time.Minute)
		if r := wantState(t, st, other.ID, store.Ready); r.Attempts+r.Releases+r.Interruptions != 0 || runs != 1 {
			t.Errorf("stranger: %+v, runs of the known kind: %d", r, runs)
		}
	})
}

func TestACancelledRunningJobEndsCancelledWithinABeat(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		causes := make(chan error, 1)
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{holding(causes)}})
		synctest.Wait()
		if n, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled, Why: "wrong file"}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		began := time.Now()
		if cause := <-causes; !errors.Is(cause, tasuki.ErrCancelled) || time.Since(began) > 3*time.Second {
			t.Errorf("cause %v after %v", cause, time.Since(began))
		}
		synctest.Wait()
		if r := wantState(t, st, job.ID, store.Cancelled); r.Attempts != 0 || r.Failure != nil {
			t.Errorf("%d attempts, failure %v: a cancel is no failure", r.Attempts, r.Failure)
		}
	})
}

func TestACancelledResumableJobEndsBetweenTwoItems(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(1000)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}})
		pass(5500 * time.Millisecond)
		st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled})
		pass(time.Minute)
		r := wantState(t, st, job.ID, store.Cancelled)
		if len(done.all()) > 10 || string(r.Cursor) != fmt.Sprint(len(done.all())) {
			t.Errorf("%d items, cursor %s", len(done.all()), r.Cursor)
		}
	})
}

func TestAPausedQueueGivesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		st.Pause(t.Context(), []string{"default"}, true)
		runs := 0
		enqueued(t, st, task.Job(1))
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { runs++; return nil })}})
		pass(time.Minute)
		if runs != 0 {
			t.Fatal("a job of a paused queue ran")
		}
		st.Pause(t.Context(), []string{"default"}, false)
		synctest.Wait()
		if runs != 1 {
			t.Error("it did not run after the pause")
		}
	})
}

func TestAnIdleWorkerIsWokenByAnEnqueueAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran := make(chan struct{})
		started(t, st, tasuki.Config{Poll: time.Hour, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { close(ran); return nil })}})
		pass(time.Minute)
		enqueued(t, st, task.Job(1))
		began := time.Now()
		<-ran
		if time.Since(began) != 0 {
			t.Errorf("woken after %v", time.Since(began))
		}
	})
}

func TestADelayedJobRunsWhenItIsDue(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		began := time.Now()
		ran := make(chan struct{})
		enqueued(t, st, task.Job(1, tasuki.Delay(90500*time.Millisecond)))
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { close(ran); return nil })}})
		<-ran
		if d := time.Since(began); d < 90500*time.Millisecond || d > 90502*time.Millisecond {
			t.Errorf("ran after %v, want 90.5s", d)
		}
	})
}

func TestStrictQueuesAreEmptiedInOrderAndWeightedOnesShared(t *testing.T) {
	order := func(t *testing.T, queues []tasuki.WeightedQueue) (high int) {
		bubble(t, func(t *testing.T, st *memory.Store) {
			var jobs []store.Job
			for i := range 200 {
				jobs = append(jobs, task.Job(0, tasuki.Queue("low")), task.Job(1, tasuki.Queue("high")))
				_ = i
			}
			enqueued(t, st, jobs...)
			n := 0
			started(t, st, tasuki.Config{Slots: 1, ReadAhead: -1, Queues: queues, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, h int) error {
				if n++; n <= 100 {
					high += h
				}
				return nil
			})}})
			synctest.Wait()
		})
		return high
	}
	if n := order(t, []tasuki.WeightedQueue{{Name: "high"}, {Name: "low"}}); n != 100 {
		t.Errorf("strict: %d of the first 100 jobs came from the first queue, want all", n)
	}
	if n := order(t, []tasuki.WeightedQueue{{Name: "high", Weight: 3}, {Name: "low", Weight: 1}}); n < 55 || n > 95 {
		t.Errorf("weighted 3:1: %d of the first 100 jobs came from the first queue, want about 75", n)
	}
}
