package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// rowsOf is a source of the numbers that rows holds now, in order.
func rowsOf(rows *[]int) func(int) tasuki.Source[int, int] {
	return func(int) tasuki.Source[int, int] {
		src := count(100)
		inner := src.After
		src.After = func(ctx context.Context, c int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := range inner(ctx, c) {
					if slices.Contains(*rows, i) && !yield(i, nil) {
						return
					}
				}
			}
		}
		return src
	}
}

func TestWhatWasDoneInAnItemCountsForThatItemAloneWhateverTheSourceDoes(t *testing.T) {
	for name, c := range map[string]struct {
		rows []int
		want string
	}{
		"the item is gone":              {[]int{10, 30}, "[10 20 30] [10 30]"},
		"another comes before it":       {[]int{10, 15, 20, 30}, "[10 20 15 30] [10 15 20 30]"},
		"nothing changed":               {[]int{10, 20, 30}, "[10 20 30] [10 20 30]"},
		"another comes, and it is gone": {[]int{10, 15, 30}, "[10 20 15 30] [10 15 30]"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				rows := []int{10, 20, 30}
				var charged, shipped tally
				fail := true
				r := eaching(t, st, tasuki.Each(walk, rowsOf(&rows), func(ctx context.Context, _, i int) error {
					if _, err := tasuki.Step(ctx, "charge", func(context.Context) (int, error) { charged.add(i); return i, nil }); err != nil {
						return err
					}
					if i == 20 && fail {
						fail, rows = false, c.rows
						return errors.New("the warehouse is closed")
					}
					shipped.add(i)
					return nil
				}))
				pass(time.Minute)
				wantState(t, st, r.ID, store.Done)
				if got := fmt.Sprint(charged.all(), shipped.all()); got != c.want {
					t.Errorf("charged and shipped %s, want %s", got, c.want)
				}
			})
		})
	}
}

// What swallows the refusal of something inside of it is not done.
func TestARefusalThatIsSwallowedInsideLeavesNothingOut(t *testing.T) {
	for name, do := range map[string]func(ctx context.Context, done *tally) error{
		"a loop in an item": func(ctx context.Context, done *tally) error {
			return tasuki.Loop(ctx, "outer", count(4), func(ctx context.Context, i int) error {
				tasuki.Loop(ctx, "inner", count(5), func(_ context.Context, k int) error { pass(time.Second); done.add(5*(i-1) + k); return nil })
				return nil
			})
		},
		"a step in an item": func(ctx context.Context, done *tally) error {
			return tasuki.Loop(ctx, "outer", count(10), func(ctx context.Context, i int) error {
				for k := range 2 {
					tasuki.Step(ctx, fmt.Sprint(k), func(context.Context) (int, error) { pass(time.Second); done.add(2*(i-1) + k + 1); return 0, nil })
				}
				return nil
			})
		},
		"a loop in a step": func(ctx context.Context, done *tally) error {
			_, err := tasuki.Step(ctx, "all", func(ctx context.Context) (int, error) {
				tasuki.Loop(ctx, "rows", count(20), func(ctx context.Context, i int) error { return aSecond(done)(ctx, i) })
				return 1, nil
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				var done tally
				job := task.Job(0, tasuki.Keep(time.Hour))
				enqueued(t, st, job)
				r := onAndOn(t, st, job.ID, 3500*time.Millisecond, task.Do(func(ctx context.Context, _ int) error { return do(ctx, &done) }))
				if got := done.all(); r.State != store.Done || len(got) != 20 || !slices.IsSorted(got) {
					t.Errorf("%s %v, done %v", r.State, r.Failure, got)
				}
			})
		})
	}
}

func TestACommitThatOutlivesItsItemIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		late := make(chan error, 1)
		var done tally
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			if i == 2 {
				go func() { pass(500 * time.Millisecond); late <- commit(ctx, st, nothing) }()
			}
			if i == 3 {
				pass(time.Second)
				return errors.New("three fails")
			}
			done.add(i)
			return nil
		}))
		pass(2 * time.Second)
		err := <-late
		if r := record(t, st, r.ID); string(r.Cursor) != "2" || !errors.Is(err, store.ErrNoItem) {
			t.Errorf("cursor %s, the late Commit answered %v", r.Cursor, err)
		}
	})
}

func TestACommitByTheContextAroundAnItemIsRefused(t *testing.T) {
	for name, do := range map[string]func(ctx context.Context, st *memory.Store) error{
		"of a loop": func(outer context.Context, st *memory.Store) error {
			return tasuki.Loop(outer, "rows", count(1), func(context.Context, int) error { return commit(outer, st, nothing) })
		},
		"of a step": func(outer context.Context, st *memory.Store) error {
			_, err := tasuki.Step(outer, "pay", func(context.Context) (int, error) { return 1, commit(outer, st, nothing) })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				wantDead(t, tasked(t, st, func(ctx context.Context) error { return do(ctx, st) }), "hint: give Commit the context")
			})
		})
	}
	bubble(t, func(t *testing.T, st *memory.Store) { // and once they are over it may
		r := tasked(t, st, func(ctx context.Context) error {
			return errors.Join(tasuki.Loop(ctx, "rows", count(3), func(context.Context, int) error { return nil }), commit(ctx, st, nothing))
		})
		if r.State != store.Done {
			t.Errorf("%s %v", r.State, r.Failure)
		}
	})
}

func TestACommitBesideAStepLetsItWait(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error {
			return sideBySide(
				func() error { return commit(ctx, st, func() error { pass(time.Second); return nil }) },
				func() error {
					pass(500 * time.Millisecond)
					_, err := tasuki.Step(ctx, "beside", func(context.Context) (int, error) { return 1, nil })
					return err
				})
		})
		pass(2 * time.Second)
		wantState(t, st, r.ID, store.Done)
	})
}

func TestACursorThatDoesNotFitTheJobsStateIsNamedBeforeItsItemIsDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		r := tasked(t, st, func(ctx context.Context) error {
			if _, err := tasuki.Step(ctx, "large", func(context.Context) (string, error) { return strings.Repeat("x", 1<<20-100), nil }); err != nil {
				return err
			}
			src := count(3)
			return tasuki.Loop(ctx, "rows", tasuki.Source[string, int]{
				After:  func(ctx context.Context, c string) iter.Seq2[int, error] { return src.After(ctx, len(c)/40) },
				Cursor: func(i int) string { return strings.Repeat("c", 40*i) },
			}, func(_ context.Context, i int) error { done.add(i); return nil })
		})
		wantFailure(t, r, `kind "task"`, "rows", "over the limit of 1048576")
		if len(done.all()) != 0 {
			t.Errorf("items %v were done and cannot be recorded", done.all())
		}
	})
}

func TestNamesWithSlashesAreNotTakenForPlaces(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran := 0
		r := tasked(t, st, func(ctx context.Context) error {
			in := func(ctx context.Context, fn func(string) error) error {
				h := store.HeldFrom(ctx)
				return h.Commit(func(stand func() (store.Standing, error)) error {
					if err := fn(""); err != nil {
						return err
					}
					s, err := stand()
					if err == nil {
						_, err = st.Settle(ctx, store.SettleRequest{Worker: h.Worker, Outcomes: []store.Outcome{{Claim: h.Claim, Verb: store.Save, Cursor: s.Cursor, Seq: s.Seq}}})
					}
					return errors.Join(store.ErrUnsure, err)
				})
			}
			_, err := tasuki.StepTx(ctx, "orders/42", in, func(context.Context, string) (int, error) { ran++; return 1, nil })
			return errors.Join(err, tasuki.Loop(ctx, "orders", count(3), func(context.Context, int) error { return nil }))
		})
		synctest.Wait()
		pass(time.Hour)
		wantState(t, st, r.ID, store.Done)
		if ran != 1 {
			t.Errorf("the transaction ran %d times", ran)
		}
	})
}
