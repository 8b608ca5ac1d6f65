package tasuki_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

var task = tasuki.NewKind[int]("task")

// ran runs one job of kind task with this handler until nothing moves any more
// and answers its record, nil if it has none.
func ran(t *testing.T, st *memory.Store, do func(context.Context, int) error, opts ...tasuki.Option) *store.Record {
	t.Helper()
	job := task.Job(7, opts...)
	enqueued(t, st, job)
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(do)}})
	synctest.Wait()
	return record(t, st, job.ID)
}

func TestAJobThatReturnsNilIsDoneAndGone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var got int
		if r := ran(t, st, func(_ context.Context, n int) error { got = n; return nil }); r != nil {
			t.Errorf("the job is still there: %s", r.State)
		}
		if got != 7 {
			t.Errorf("handler got %d, want 7", got)
		}
	})
}

func TestAnErrorUsesAnAttemptAndWaitsAsSidekiqDoes(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return errors.New("no luck") })
		if r.State != store.Retry || r.Attempts != 1 || r.Failure.Message != "no luck" {
			t.Errorf("job is %s with %d attempts and failure %v, want retry with 1 and its error", r.State, r.Attempts, r.Failure)
		}
		if wait := time.Until(r.DueAt); wait < 14*time.Second || wait > 25*time.Second {
			t.Errorf("next attempt in %v, want 15 to 24 s", wait)
		}
	})
}

func TestTheLastAttemptMakesTheJobDead(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1, tasuki.MaxAttempts(3))
		enqueued(t, st, job)
		runs := 0
		h := tasuki.NewKind[int]("task", tasuki.Backoff(func(n int) time.Duration { return time.Duration(n) * time.Minute })).
			Do(func(context.Context, int) error { runs++; return errors.New("broken") })
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(time.Hour)
		r := wantState(t, st, job.ID, store.Dead)
		if runs != 3 || r.Attempts != 3 || !strings.Contains(r.Why, "3 of 3") {
			t.Errorf("%d runs, %d attempts, why %q; want 3, 3 and a reason that says so", runs, r.Attempts, r.Why)
		}
	})
}

func TestRetryInReplacesTheBackoff(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return tasuki.RetryIn(5*time.Minute, errors.New("later")) })
		if wait := time.Until(r.DueAt); r.State != store.Retry || r.Attempts != 1 || wait.Round(time.Second) != 5*time.Minute {
			t.Errorf("job is %s, %d attempts, due in %v; want retry, 1, 5m", r.State, r.Attempts, wait)
		}
	})
}

func TestSnoozeUsesNoAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return tasuki.Snooze(time.Hour) })
		if r.State != store.Scheduled || r.Attempts != 0 || time.Until(r.DueAt).Round(time.Second) != time.Hour {
			t.Errorf("job is %s, %d attempts, due in %v; want scheduled, 0, 1h", r.State, r.Attempts, time.Until(r.DueAt))
		}
	})
}

func TestDiscardMakesTheJobDeadAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return tasuki.Discard(errors.New("no such customer")) })
		if r.State != store.Dead || r.Failure.Message != "no such customer" {
			t.Errorf("job is %s with %v, want dead with its error", r.State, r.Failure)
		}
	})
}

func TestThenEnqueuesInTheWriteThatMakesTheJobDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		next := tasuki.NewKind[string]("next").Job("cursor 2")
		if r := ran(t, st, func(context.Context, int) error { return tasuki.Then(next) }); r != nil {
			t.Errorf("the first job is still there: %s", r.State)
		}
		wantState(t, st, next.ID, store.Ready)
	})
}

func TestAJobMayGoOnWithACursorInItsArguments(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var seen []int
		job := task.Job(0)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			if seen = append(seen, n); n == 3 {
				return nil
			}
			return tasuki.Then(task.Job(n + 1))
		})}})
		synctest.Wait()
		if len(seen) != 4 || seen[3] != 3 {
			t.Errorf("runs %v, want 0 to 3", seen)
		}
	})
}

func TestYieldGoesToTheBackWhenNothingStops(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var order []int
		for i := range 9 {
			enqueued(t, st, task.Job(i))
		}
		started(t, st, tasuki.Config{Slots: 1, ReadAhead: -1, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			if order = append(order, n); len(order) == 1 {
				return tasuki.Yield()
			}
			return nil
		})}})
		synctest.Wait()
		if len(order) != 10 || order[9] != 0 {
			t.Errorf("order %v, want job 1 again behind the others", order)
		}
	})
}

func TestAPanicIsAFailedAttemptWithItsStack(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { panic("boom") })
		if r.State != store.Retry || r.Failure.Class != "panic" || !strings.Contains(r.Failure.Stack, "outcome_test.go") {
			t.Errorf("job is %s, failure %+v; want retry with class panic and the stack", r.State, r.Failure)
		}
	})
}

func TestAPanicWithNilIsAFailedAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { panic(nil) })
		if r.State != store.Retry || r.Failure.Class != "panic" {
			t.Errorf("job is %s, failure %+v; want retry, class panic", r.State, r.Failure)
		}
	})
}

func TestGoexitIsAFailedAttemptAndGivesTheSlotBack(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		bad, good := task.Job(1), task.Job(2)
		enqueued(t, st, bad, good)
		started(t, st, tasuki.Config{Slots: 1, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			if n == 1 {
				runtime.Goexit()
			}
			return nil
		})}})
		synctest.Wait()
		if r := wantState(t, st, bad.ID, store.Retry); r.Failure.Class != "Goexit" {
			t.Errorf("failure %+v, want class Goexit", r.Failure)
		}
		if record(t, st, good.ID) != nil {
			t.Error("the slot was not given back: the next job did not run")
		}
	})
}

type badError struct{ text *string }

func (e *badError) Error() string { return *e.text }

func TestAnErrorWhoseMethodsPanicIsAFailedAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return &badError{} })
		if r.State != store.Retry || r.Failure.Class != "panic" {
			t.Errorf("job is %s, failure %+v; want retry, class panic", r.State, r.Failure)
		}
	})
}

func TestArgumentsThatDoNotDecodeFailTheJobAndKeepIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := tasuki.NewKind[string]("task").Job("not a number")
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			t.Error("the handler ran")
			return nil
		})}})
		synctest.Wait()
		r := wantState(t, st, job.ID, store.Retry)
		if r.Failure.Class != "bad job" || !strings.Contains(r.Failure.Message, "int") {
			t.Errorf("failure %+v, want a bad job whose message names the type", r.Failure)
		}
	})
}

func TestErrorTextsThatNoStoreTakesAreCleaned(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(context.Context, int) error { return errors.New("a\x00b\xffc" + strings.Repeat("ü", 20_000)) })
		if m := r.Failure.Message; !strings.HasPrefix(m, "a\uFFFDb\uFFFDc") || len(m) > store.MaxMessage {
			t.Errorf("message %q of %d bytes", m[:12], len(m))
		}
	})
}

func TestATimeoutCancelsTheContextAndUsesAnAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1, tasuki.Timeout(time.Second))
		enqueued(t, st, job)
		var cause error
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return ctx.Err()
		})}})
		pass(1100 * time.Millisecond)
		r := wantState(t, st, job.ID, store.Retry)
		if !errors.Is(cause, tasuki.ErrTimeout) || r.Failure.Class != "timeout" || !strings.Contains(r.Failure.Message, "1s") {
			t.Errorf("cause %v, failure %+v; want ErrTimeout, class timeout, the time in the message", cause, r.Failure)
		}
	})
}

func TestAHandlerThatOutlivesItsTimeoutShowsAsStuck(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1, tasuki.Timeout(time.Second))
		enqueued(t, st, job)
		free := make(chan struct{})
		log, out := logged()
		started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			<-free
			return nil
		})}})
		pass(20 * time.Second)
		ws, _ := st.Workers(t.Context(), store.WorkersRequest{})
		if len(ws[0].Stuck) != 1 || ws[0].Stuck[0] != job.ID || ws[0].Busy != 1 {
			t.Errorf("worker says stuck %v, busy %d; want the job and 1", ws[0].Stuck, ws[0].Busy)
		}
		if n := strings.Count(out.String(), "outlives its timeout"); n != 1 {
			t.Errorf("logged %d times, want once", n)
		}
		close(free)
		synctest.Wait()
		if record(t, st, job.ID) != nil {
			t.Error("it ended with nil and is not done")
		}
	})
}

func TestMiddlewareWrapsInOrderAndDecidesTheOutcome(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var order []string
		mark := func(name string) tasuki.Middleware {
			return func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
				return func(ctx context.Context) error {
					order = append(order, name+" "+tasuki.JobFrom(ctx).Kind)
					if err := next(ctx); err != nil {
						return tasuki.Discard(err)
					}
					return nil
				}
			}
		}
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Middleware: []tasuki.Middleware{mark("outer"), mark("inner")},
			Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return errors.New("x") })}})
		synctest.Wait()
		wantState(t, st, job.ID, store.Dead)
		if got := strings.Join(order, ","); got != "outer task,inner task" {
			t.Errorf("order %s", got)
		}
	})
}

func TestAResultIsKeptAsLongAsTheJobSays(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := ran(t, st, func(ctx context.Context, n int) error {
			return tasuki.SetResult(ctx, map[string]int{"sum": n})
		}, tasuki.Keep(time.Hour))
		if r == nil || r.State != store.Done || string(r.Result) != `{"sum":7}` {
			t.Fatalf("record %+v, want done with its result", r)
		}
		pass(3 * time.Hour)
		if record(t, st, r.ID) != nil {
			t.Error("it is still kept after its time")
		}
	})
}
