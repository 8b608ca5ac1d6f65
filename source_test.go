package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// listed is a source that yields just these, whatever the cursor.
func listed[C any](items ...C) func(int) tasuki.Source[C, C] {
	return func(int) tasuki.Source[C, C] {
		return tasuki.Source[C, C]{Cursor: func(c C) C { return c }, After: func(context.Context, C) iter.Seq2[C, error] {
			return func(yield func(C, error) bool) {
				for _, i := range items {
					if !yield(i, nil) {
						return
					}
				}
			}
		}}
	}
}

func nop[T any](context.Context, int, T) error { return nil }

func TestABadSourceFailsTheAttemptAndIsNamedWithItsItem(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2000, 1, n, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		handler tasuki.Handler
		words   []string
	}{
		"the same cursor twice":  {tasuki.Each(walk, listed(1, 2, 2, 3), nop[int]), []string{"cursor 2 twice", "behind cursor 2"}},
		"the same text twice":    {tasuki.Each(walk, listed("a", "b", "b"), nop[string]), []string{`cursor "b" twice`}},
		"numbers that go back":   {tasuki.Each(walk, listed(1, 2, 5, 4), nop[int]), []string{"goes back", "5 to 4"}},
		"numbers that turn up":   {tasuki.Each(walk, listed(9, 7, 8), nop[int]), []string{"goes back", "7 to 8"}},
		"times that go back":     {tasuki.Each(walk, listed(day(1), day(3), day(2)), nop[time.Time]), []string{"goes back"}},
		"unsigned that go back":  {tasuki.Each(walk, listed[uint8](1, 200, 3), nop[uint8]), []string{"goes back"}},
		"fractions that go back": {tasuki.Each(walk, listed(1.5, 2.5, 2), nop[float64]), []string{"goes back"}},
		"no JSON":                {tasuki.Each(walk, listed(1, math.NaN()), nop[float64]), []string{"does not become JSON", "behind cursor 1"}},
		"a cursor of 1 MiB":      {tasuki.Each(walk, listed("a", strings.Repeat("x", 1<<20)), nop[string]), []string{"over the limit", `behind cursor "a"`}},
		"a panic in the source":  {tasuki.Each(walk, panicking, nop[int]), []string{"panic: the cable", "behind cursor 2"}},
		"a panic in an item": {tasuki.Each(walk, listed(1, 2, 3), func(_ context.Context, _, i int) error {
			if i == 3 {
				panic("a boom")
			}
			return nil
		}), []string{"panic: a boom", "behind cursor 2"}},
		"no count": {tasuki.Each(walk, func(n int) tasuki.Source[int, int] {
			src := count(n)
			src.Total = func(context.Context) (int64, error) { return 0, errors.New("count(*) took too long") }
			return src
		}, nop[int]), []string{"count(*) took too long", "first item"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				wantFailure(t, eaching(t, st, c.handler), append(c.words, `kind "walk"`)...)
			})
		})
	}
}

func panicking(int) tasuki.Source[int, int] {
	src := listed[int]()(0)
	src.After = func(context.Context, int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			_ = yield(1, nil) && yield(2, nil)
			panic("the cable is cut")
		}
	}
	return src
}

// Which way a source goes shows with its second item, so that one item may be done
// again before it is found.
func TestASourceThatBeginsAnewForAResumedJobIsFoundBehindOneItem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		fail := true
		var done tally
		r := eaching(t, st, tasuki.Each(walk, listed(1, 2, 3, 4, 5), func(_ context.Context, _, i int) error {
			if i == 4 && fail {
				fail = false
				return tasuki.RetryIn(time.Second, errors.New("once"))
			}
			done.add(i)
			return nil
		}))
		pass(2 * time.Second)
		wantFailure(t, record(t, st, r.ID), "goes back", "1 to 2")
		pass(10 * time.Minute)
		if got := fmt.Sprint(done.all()); got != "[1 2 3 1]" {
			t.Errorf("items %s", got)
		}
	})
}

func TestASourceWithAnOrderOfItsOwnIsHeldToIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		from := func(int) tasuki.Source[string, string] {
			src := listed("a", "B", "c", "b")(0)
			src.Compare = func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }
			return src
		}
		wantFailure(t, eaching(t, st, tasuki.Each(walk, from, nop[string])), `goes back, from cursor "c" to "b"`)
	})
}

func TestASourceThatNeverEndsIsStoppedAndResumedLikeAnyOther(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(1)
		enqueued(t, st, job)
		endless := func(int) tasuki.Source[int, int] { return count(math.MaxInt) }
		h := tasuki.Each(walk, endless, func(_ context.Context, _, i int) error { pass(time.Second); return nil })
		for i := 1; i <= 3; i++ {
			w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
			pass(9500 * time.Millisecond)
			if took := stopped(t, w); took > time.Second {
				t.Errorf("the stop took %v", took)
			}
			if r := wantState(t, st, job.ID, store.Ready); string(r.Cursor) != fmt.Sprint(10*i) {
				t.Errorf("handed over at %s the %d. time", r.Cursor, i)
			}
		}
	})
}

func TestACursorOfAnotherTypeFailsTheAttemptAndKeepsIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(5)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(context.Context, int, int) error { pass(time.Second); return nil })}})
		pass(2500 * time.Millisecond)
		stopped(t, w)
		log, out := logged()
		started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{tasuki.Each(walk, listed("a"), nop[string])}})
		pass(time.Second)
		r := record(t, st, job.ID)
		wantFailure(t, r, `kind "walk"`, "cursor 3", "string", "hint:")
		if string(r.Cursor) != "3" {
			t.Errorf("the cursor is %s now: %s", r.Cursor, out)
		}
	})
}

func TestASourceThatLacksAPartIsAClearError(t *testing.T) {
	for want, lacking := range map[string]func(*tasuki.Source[int, int]){
		"no After":  func(s *tasuki.Source[int, int]) { s.After = nil },
		"no Cursor": func(s *tasuki.Source[int, int]) { s.Cursor = nil },
	} {
		t.Run(want, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				src := count(3)
				lacking(&src)
				r := eaching(t, st, tasuki.Each(walk, func(int) tasuki.Source[int, int] { return src }, nop[int]))
				wantFailure(t, r, `kind "walk"`, want, "hint:")
				wantFailure(t, tasked(t, st, func(ctx context.Context) error {
					return tasuki.Loop(ctx, "rows", src, func(context.Context, int) error { return nil })
				}), `kind "task"`, "rows", want)
			})
		})
	}
}

func TestALoopWithoutAFunctionIsAClearError(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantFailure(t, tasked(t, st, func(ctx context.Context) error { return tasuki.Loop(ctx, "rows", count(3), nil) }), `kind "task"`, "rows", "is nil", "hint:")
	})
}

func TestAHandlerWithoutAFunctionIsRefusedByNew(t *testing.T) {
	for name, h := range map[string]tasuki.Handler{
		"Do":                  task.Do(nil),
		"Each without items":  tasuki.Each[int, int, int](task, count, nil),
		"Each without source": tasuki.Each[int, int, int](task, nil, nop[int]),
	} {
		_, err := tasuki.New(memory.New(memory.Options{}), tasuki.Config{Handlers: []tasuki.Handler{h}})
		if err == nil || !strings.Contains(err.Error(), "Handlers[0]") || !strings.Contains(err.Error(), `kind "task"`) || !strings.Contains(err.Error(), "nil") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
