package tasuki

import (
	"context"
	"iter"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/store/memory"
)

// heldBy runs one job of this handler and says how many are held before and after the
// time that a job has to have run for it.
func heldBy(t *testing.T, k Kind[int], h Handler) (before, after int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		w, err := New(st, Config{Handlers: []Handler{h}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.Stop(context.Background())
		if _, err := Enqueue(t.Context(), st, k.Job(1)); err != nil {
			t.Fatal(err)
		}
		<-time.After(heldAfter - time.Second)
		synctest.Wait()
		if n := len(w.desk.active()); n != 1 {
			t.Fatalf("%d jobs run", n)
		}
		before, _ = w.held()
		<-time.After(heldAfter)
		after, _ = w.held()
	})
	return before, after
}

func TestAJobIsHeldIfNothingShowsThatItCanBeHandedOver(t *testing.T) {
	k := NewKind[int]("k")
	src := Source[int, int]{
		After: func(context.Context, int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) { yield(1, nil) }
		},
		Cursor: func(i int) int { return i },
	}
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	item := func(ctx context.Context, _ int) error { return wait(ctx) }
	for _, c := range []struct {
		name  string
		kind  Kind[int]
		make  func(Kind[int]) Handler
		after int
	}{
		{"one piece of work", k, func(k Kind[int]) Handler { return k.Do(item) }, 1},
		{"Each", k, func(k Kind[int]) Handler {
			return Each(k, func(int) Source[int, int] { return src }, func(ctx context.Context, _, i int) error { return item(ctx, i) })
		}, 0},
		{"Loop", k, func(k Kind[int]) Handler {
			return k.Do(func(ctx context.Context, _ int) error { return Loop(ctx, "l", src, item) })
		}, 0},
		{"Step", k, func(k Kind[int]) Handler {
			return k.Do(func(ctx context.Context, _ int) error {
				_, err := Step(ctx, "s", func(ctx context.Context) (int, error) { return 0, wait(ctx) })
				return err
			})
		}, 0},
		{"a cursor of its own", k, func(k Kind[int]) Handler {
			return k.Do(func(ctx context.Context, _ int) error { Save(ctx, 7); return wait(ctx) })
		}, 0},
		{"Stopping", k, func(k Kind[int]) Handler {
			return k.Do(func(ctx context.Context, _ int) error {
				select {
				case <-Stopping(ctx):
				case <-ctx.Done():
				}
				return Yield()
			})
		}, 0},
		{"one piece of work, not to be protected", NewKind[int]("k", Protect(false)), func(k Kind[int]) Handler { return k.Do(item) }, 0},
		{"Each, to be protected", NewKind[int]("k", Protect(true)), func(k Kind[int]) Handler {
			return Each(k, func(int) Source[int, int] { return src }, func(ctx context.Context, _, i int) error { return item(ctx, i) })
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := heldBy(t, c.kind, c.make(c.kind))
			if before != 0 || after != c.after {
				t.Errorf("held %d before the time and %d after it, want 0 and %d", before, after, c.after)
			}
		})
	}
}

func TestTheHeraldLooksAgainWhenAJobComesToBeHeld(t *testing.T) {
	k := NewKind[int]("k")
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		w, err := New(st, Config{Handlers: []Handler{k.Do(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.Stop(context.Background())
		if _, err := Enqueue(t.Context(), st, k.Job(1)); err != nil {
			t.Fatal(err)
		}
		for busy := 0; busy == 0; busy, _ = w.desk.counts() {
			<-time.After(time.Millisecond)
		}
		<-time.After(2 * time.Second)
		if _, next := w.held(); next > heldAfter-2*time.Second {
			t.Errorf("it looks again after %v", next)
		}
	})
}
