package tasuki_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// eaching runs one job of kind walk with this handler until nothing moves.
func eaching(t *testing.T, st *memory.Store, h tasuki.Handler) *store.Record {
	t.Helper()
	job := walk.Job(10, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
	synctest.Wait()
	return record(t, st, job.ID)
}

func TestAFailedItemIsTriedAgainBehindTheLastOneDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		failed := false
		h := tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			if i == 5 && !failed {
				failed = true
				return errors.New("item 5 is locked")
			}
			done.add(i)
			return nil
		})
		r := eaching(t, st, h)
		if r.State != store.Retry || string(r.Cursor) != "4" || r.Attempts != 1 {
			t.Fatalf("job is %s at cursor %s with %d attempts, want retry at 4 with 1", r.State, r.Cursor, r.Attempts)
		}
		pass(time.Minute)
		wantState(t, st, r.ID, store.Done)
		if got := done.all(); len(got) != 10 || got[4] != 5 {
			t.Errorf("items %v, want 1 to 10 once each", got)
		}
	})
}

func TestAnErrorOfTheSourceFailsTheAttemptAndKeepsTheCursor(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		from := func(int) tasuki.Source[int, int] {
			return tasuki.Source[int, int]{Cursor: func(i int) int { return i },
				After: func(context.Context, int) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) {
						_ = yield(1, nil) && yield(2, nil) && yield(0, errors.New("page 3 is gone"))
					}
				}}
		}
		r := eaching(t, st, tasuki.Each(walk, from, func(context.Context, int, int) error { return nil }))
		if r.State != store.Retry || string(r.Cursor) != "2" || !strings.Contains(r.Failure.Message, "page 3 is gone") {
			t.Errorf("job is %s at %s: %v", r.State, r.Cursor, r.Failure)
		}
	})
}

func TestASourceThatPanicsFailsTheAttempt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		from := func(int) tasuki.Source[int, int] { panic("no such table") }
		if r := eaching(t, st, tasuki.Each(walk, from, func(context.Context, int, int) error { return nil })); r.State != store.Retry || r.Failure.Class != "panic" {
			t.Errorf("job is %s: %+v", r.State, r.Failure)
		}
	})
}

func TestACursorOfAnotherTypeIsAClearErrorAndTheJobIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(100)
		enqueued(t, st, job)
		var done tally
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}})
		pass(5500 * time.Millisecond)
		stopped(t, w)
		from := func(int) tasuki.Source[string, string] {
			return tasuki.Source[string, string]{After: func(context.Context, string) iter.Seq2[string, error] {
				return func(func(string, error) bool) { t.Error("the source was asked") }
			}, Cursor: func(s string) string { return s }}
		}
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, from, func(context.Context, int, string) error { return nil })}})
		synctest.Wait()
		r := wantState(t, st, job.ID, store.Retry)
		if !strings.Contains(r.Failure.Message, "cursor 6") || !strings.Contains(r.Failure.Message, "string") || string(r.Cursor) != "6" {
			t.Errorf("failure %q at cursor %s, want cursor and type named and the cursor kept", r.Failure.Message, r.Cursor)
		}
	})
}

func TestACursorThatIsTooBigOrNoJSONIsAClearError(t *testing.T) {
	for want, cursor := range map[string]func(int) any{
		"over the limit":       func(int) any { return strings.Repeat("x", store.MaxPayload) },
		"does not become JSON": func(int) any { return make(chan int) },
	} {
		bubble(t, func(t *testing.T, st *memory.Store) {
			from := func(int) tasuki.Source[any, int] {
				return tasuki.Source[any, int]{Cursor: cursor, After: func(context.Context, any) iter.Seq2[int, error] { return count(3).After(t.Context(), 0) }}
			}
			r := eaching(t, st, tasuki.Each(walk, from, func(context.Context, int, int) error { t.Error("the item was begun"); return nil }))
			if r.State != store.Retry || !strings.Contains(r.Failure.Message, want) {
				t.Errorf("job is %s: %v, want %q", r.State, r.Failure, want)
			}
		})
	}
}

func TestNoMiddlewareCanTurnARefusedItemIntoSomethingElse(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(100)
		enqueued(t, st, job)
		swallow := func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
			return func(ctx context.Context) error { next(ctx); return nil }
		}
		w := started(t, st, tasuki.Config{Middleware: []tasuki.Middleware{swallow}, Handlers: []tasuki.Handler{walking(time.Second, &done)}})
		pass(3500 * time.Millisecond)
		stopped(t, w)
		if r := wantState(t, st, job.ID, store.Ready); string(r.Cursor) != "4" {
			t.Errorf("cursor %s, want 4", r.Cursor)
		}
	})
}

func TestAJobThatEndsWithItsLastItemDuringAStopIsDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(4, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}})
		pass(3500 * time.Millisecond)
		stopped(t, w)
		if r := wantState(t, st, job.ID, store.Done); r.Interruptions != 0 {
			t.Errorf("%d interruptions", r.Interruptions)
		}
	})
}

func TestAJobThatKeepsItsOwnCursorIsResumedAtIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(10, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var done tally
		h := task.Do(func(ctx context.Context, n int) error {
			from, _ := tasuki.Cursor[int](ctx)
			for i := from + 1; i <= n; i++ {
				select {
				case <-tasuki.Stopping(ctx):
					return tasuki.Yield()
				default:
				}
				pass(time.Second)
				done.add(i)
				if err := tasuki.Save(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(4500 * time.Millisecond)
		stopped(t, w)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(time.Minute)
		wantState(t, st, job.ID, store.Done)
		if got := done.all(); len(got) != 10 {
			t.Errorf("items %v, want 1 to 10 once each", got)
		}
	})
}

// commit is what a store's Commit does around a user's writes; it writes where the
// job stands by way of st, if there is one.
func commit(ctx context.Context, st store.Consumer, fn func() error) error {
	h := store.HeldFrom(ctx)
	return h.Commit(func(stand func() (store.Standing, error)) error {
		if err := fn(); err != nil || stand == nil {
			return err
		}
		s, err := stand()
		if err != nil || st == nil {
			return err
		}
		_, err = st.Settle(ctx, store.SettleRequest{Worker: h.Worker, Outcomes: []store.Outcome{
			{Claim: h.Claim, Verb: store.Save, Cursor: s.Cursor, Progress: s.Progress, Seq: s.Seq}}})
		return err
	})
}

func nothing() error { return nil }

// unsure is a Commit whose answer is lost: it is in, or not.
func unsure(ctx context.Context, st store.Consumer, in bool) error {
	if !in {
		st = nil
	}
	h := store.HeldFrom(ctx)
	return h.Commit(func(stand func() (store.Standing, error)) error {
		s, err := stand()
		if st != nil && err == nil {
			_, err = st.Settle(ctx, store.SettleRequest{Worker: h.Worker, Outcomes: []store.Outcome{
				{Claim: h.Claim, Verb: store.Save, Cursor: s.Cursor, Progress: s.Progress, Seq: s.Seq}}})
		}
		return errors.Join(store.ErrUnsure, err)
	})
}

func TestWhatCommitWroteTheSaverDoesNotWriteAgain(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		job := walk.Job(1000)
		enqueued(t, st, job)
		h := tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			pass(100 * time.Millisecond)
			return commit(ctx, st, nothing)
		})
		w := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(2050 * time.Millisecond)
		if r := wantState(t, st, job.ID, store.Running); string(r.Cursor) != "20" || way.calls["save"] != 0 {
			t.Errorf("cursor %s, %d saves; want the committed cursor and none", r.Cursor, way.calls["save"])
		}
		stopped(t, w)
		if r := wantState(t, st, job.ID, store.Ready); string(r.Cursor) != "21" {
			t.Errorf("handed over at %s, want the last item done", r.Cursor)
		}
	})
}

func TestAHandlerThatCommitsForSomeItemsIsHandedOverBehindItsLastItem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(100, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var done tally
		h := tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			pass(time.Second)
			done.add(i)
			if i != 3 {
				return nil
			}
			return commit(ctx, st, nothing)
		})
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(50500 * time.Millisecond)
		stopped(t, w)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(2 * time.Minute)
		wantState(t, st, job.ID, store.Done)
		if n := len(done.all()); n != 100 {
			t.Errorf("%d items were done, want 100", n)
		}
	})
}

func TestACommitWhoseAnswerWasLostIsNeitherUndoneNorTakenForDone(t *testing.T) {
	for in, want := range map[bool]string{true: "5", false: "4"} {
		bubble(t, func(t *testing.T, st *memory.Store) {
			job := walk.Job(10)
			enqueued(t, st, job)
			started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
				if i < 5 {
					return commit(ctx, st, nothing)
				}
				return unsure(ctx, st, in)
			})}})
			synctest.Wait()
			if r := wantState(t, st, job.ID, store.Retry); string(r.Cursor) != want {
				t.Errorf("in the store: %v, cursor %s; want %s", in, r.Cursor, want)
			}
		})
	}
}

func TestSaveAndProgressInsideCommitDoNotHang(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			return commit(ctx, st, func() error {
				return errors.Join(tasuki.Save(ctx, i), tasuki.SetProgress(ctx, int64(i), 10, ""))
			})
		}))
		if r.State != store.Done {
			t.Errorf("job is %s: %v", r.State, r.Failure)
		}
	})
}

func TestASecondCommitForOneItemIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var second error
		eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
			if err := commit(ctx, nil, nothing); err != nil {
				return err
			}
			second = commit(ctx, nil, nothing)
			return nil
		}))
		if !errors.Is(second, store.ErrNoItem) {
			t.Errorf("error %v, want ErrNoItem", second)
		}
	})
}
