package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// aSecond makes an item that takes a second and is noted.
func aSecond(done *tally) func(context.Context, int) error {
	return func(_ context.Context, i int) error {
		pass(time.Second)
		done.add(i)
		return nil
	}
}

// onAndOn runs a job with workers that are each stopped after a while, until it
// ends, and answers its record.
func onAndOn(t *testing.T, st *memory.Store, id string, each time.Duration, h tasuki.Handler) *store.Record {
	t.Helper()
	for range 100 {
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(each)
		stopped(t, w)
		if r := record(t, st, id); r.State.Ended() {
			return r
		}
	}
	t.Fatal("the job does not end")
	return nil
}

func TestLoopsOneAfterAnotherAreEachResumedWhereTheyStood(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(10, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var first, second tally
		r := onAndOn(t, st, job.ID, 2500*time.Millisecond, task.Do(func(ctx context.Context, n int) error {
			if err := tasuki.Loop(ctx, "first", count(n), aSecond(&first)); err != nil {
				return err
			}
			return tasuki.Loop(ctx, "second", count(n), aSecond(&second))
		}))
		if r.State != store.Done || len(first.all()) != 10 || len(second.all()) != 10 || r.Attempts != 0 {
			t.Errorf("%s, items %v and %v, %d attempts; want each of 10 once in both", r.State, first.all(), second.all(), r.Attempts)
		}
	})
}

func TestALoopInAnItemIsResumedInsideThatItem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(4, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var inner, outer tally
		r := onAndOn(t, st, job.ID, 3500*time.Millisecond, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			err := tasuki.Loop(ctx, "inner", count(5), func(_ context.Context, k int) error {
				pass(time.Second)
				inner.add(10*i + k)
				return nil
			})
			if err == nil {
				outer.add(i)
			}
			return err
		}))
		if got := inner.all(); r.State != store.Done || len(got) != 20 || !slices.IsSorted(got) || len(outer.all()) != 4 {
			t.Errorf("%s, inner items %v, outer %v; want 4 times 5 in order, once each", r.State, got, outer.all())
		}
	})
}

func TestAHandlerThatSwallowsTheRefusalOfALoopIsHandedOverAllTheSame(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(10)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, n int) error {
			tasuki.Loop(ctx, "rows", count(n), aSecond(new(tally)))
			return nil
		})}})
		pass(2500 * time.Millisecond)
		stopped(t, w)
		if r := wantState(t, st, job.ID, store.Ready); r.Interruptions != 1 {
			t.Errorf("%d interruptions", r.Interruptions)
		}
	})
}

func TestTwoLoopsOfOneNameAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error {
			nop := func(context.Context, int) error { return nil }
			return errors.Join(tasuki.Loop(ctx, "rows", count(2), nop), tasuki.Loop(ctx, "rows", count(2), nop))
		})
		wantFailure(t, r, `kind "task"`, `loop named "rows"`)
	})
}

// tasked runs one job of kind task with this handler until nothing moves.
func tasked(t *testing.T, st *memory.Store, do func(context.Context) error) *store.Record {
	t.Helper()
	job := task.Job(0, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error { return do(ctx) })}})
	synctest.Wait()
	return record(t, st, job.ID)
}

// wantFailure fails unless the job failed an attempt with all these words, and is
// kept.
func wantFailure(t *testing.T, r *store.Record, words ...string) {
	t.Helper()
	wantFailureAs(t, store.Retry, r, words...)
}

// wantDead fails unless the job is dead at its first attempt with all these words.
func wantDead(t *testing.T, r *store.Record, words ...string) {
	t.Helper()
	wantFailureAs(t, store.Dead, r, words...)
	if r.Attempts != 1 || !strings.Contains(r.Why, "dead at once") {
		t.Errorf("dead after %d attempts: %s", r.Attempts, r.Why)
	}
}

func wantFailureAs(t *testing.T, state store.State, r *store.Record, words ...string) {
	t.Helper()
	if r == nil || r.Failure == nil || r.State != state {
		t.Fatalf("the job is %+v, want it %s with a failure", r, state)
	}
	for _, w := range words {
		if !strings.Contains(r.Failure.Message, w) {
			t.Errorf("the failure does not say %s: %s", w, r.Failure.Message)
		}
	}
}

func TestHooksTellTheStagesOfALoop(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var told []string
		hook := func(name string) func(context.Context) error {
			return func(context.Context) error { told = append(told, name); return nil }
		}
		job := walk.Job(5, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		onAndOn(t, st, job.ID, 2500*time.Millisecond, tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			pass(time.Second)
			told = append(told, fmt.Sprint(i))
			return nil
		}, tasuki.OnStart(hook("start")), tasuki.OnResume(hook("resume")), tasuki.OnStop(hook("stop")),
			tasuki.OnCancel(hook("cancel")), tasuki.OnComplete(hook("complete"))))
		if got := strings.Join(told, " "); got != "start 1 2 3 stop resume 4 5 complete" {
			t.Errorf("told %s", got)
		}
	})
}

func TestACancelledLoopEndsBetweenTwoItemsAndTellsItsHook(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(100)
		enqueued(t, st, job)
		var done tally
		cancelled := 0
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			return aSecond(&done)(ctx, i)
		}, tasuki.OnCancel(func(context.Context) error { cancelled++; return nil }), tasuki.OnStop(func(context.Context) error { cancelled += 10; return nil }))}})
		pass(2500 * time.Millisecond)
		if _, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled}); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Second)
		r := wantState(t, st, job.ID, store.Cancelled)
		if got := fmt.Sprint(len(done.all())); string(r.Cursor) != got || cancelled != 1 {
			t.Errorf("cancelled at %s after %s items, hooks %d; want the last one finished and OnCancel once", r.Cursor, got, cancelled)
		}
	})
}

func TestAHookThatFailsBeforeTheFirstItemFailsTheAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := eaching(t, st, tasuki.Each(walk, count, func(context.Context, int, int) error { return nil },
			tasuki.OnStart(func(context.Context) error { return errors.New("no lock") })))
		wantFailure(t, r, "no lock", "OnStart", `kind "walk"`)
	})
}

func TestALoopThatRanItsTimeGoesToTheBackOfItsQueue(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		long, short := walk.Job(10, tasuki.Keep(time.Hour)), task.Job(1)
		enqueued(t, st, long, short)
		var done tally
		var after int
		started(t, st, tasuki.Config{Slots: 1, Handlers: []tasuki.Handler{
			tasuki.Each(walk, count, func(ctx context.Context, _, i int) error { return aSecond(&done)(ctx, i) }, tasuki.MaxRun(3*time.Second)),
			task.Do(func(context.Context, int) error { after = len(done.all()); return nil })}})
		pass(time.Minute)
		r := wantState(t, st, long.ID, store.Done)
		if len(done.all()) != 10 || after != 3 || r.Attempts != 0 {
			t.Errorf("%d items, the short job ran after %d of them, %d attempts; want 10, 3 and 0", len(done.all()), after, r.Attempts)
		}
	})
}

func TestAThrottledLoopIsPutOffWithItsCursorAtNoCost(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		lag := func(context.Context) time.Duration {
			if len(done.all()) == 4 && time.Now().Before(time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)) {
				return 2 * time.Minute
			}
			return 0
		}
		r := eaching(t, st, tasuki.Each(walk, count, func(_ context.Context, _, i int) error { done.add(i); return nil }, tasuki.Throttle(lag)))
		if r.State != store.Scheduled || string(r.Cursor) != "4" || r.Attempts != 0 {
			t.Fatalf("%s at %s with %d attempts", r.State, r.Cursor, r.Attempts)
		}
		pass(3 * time.Minute)
		wantState(t, st, r.ID, store.Done)
		if len(done.all()) != 10 {
			t.Errorf("items %v", done.all())
		}
	})
}

func TestASourceThatKnowsItsTotalKeepsTheProgress(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		from := func(n int) tasuki.Source[int, int] {
			src := count(n)
			src.Total = func(context.Context) (int64, error) { return int64(n), nil }
			return src
		}
		job := walk.Job(10)
		enqueued(t, st, job)
		h := tasuki.Each(walk, from, func(ctx context.Context, _, i int) error {
			pass(time.Second)
			return nil
		})
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(4200 * time.Millisecond)
		if r := wantState(t, st, job.ID, store.Running); r.Progress.Done != 4 || r.Progress.Total != 10 {
			t.Errorf("progress %+v, want 4 of 10", r.Progress)
		}
		stopped(t, w)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(1500 * time.Millisecond)
		if r := wantState(t, st, job.ID, store.Running); r.Progress.Done != 6 || r.Progress.Total != 10 {
			t.Errorf("progress %+v after a hand-over, want 6 of 10", r.Progress)
		}
	})
}
