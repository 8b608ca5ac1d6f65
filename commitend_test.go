package tasuki_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A Commit ends its item. What a program wants to do in it behind that is a mistake,
// which must not leave out the rest of the item without a word.

func TestWhatAsksForMoreBehindItsCommitMakesTheJobDeadInsteadOfGoingOnBehindTheItem(t *testing.T) {
	var inner tally
	for name, more := range map[string]func(ctx context.Context, st *memory.Store) error{
		"a second Commit": func(ctx context.Context, st *memory.Store) error { return commit(ctx, st, nothing) },
		"a loop": func(ctx context.Context, _ *memory.Store) error {
			return tasuki.Loop(ctx, "in", count(2), func(_ context.Context, k int) error { inner.add(k); return nil })
		},
		"a cursor": func(ctx context.Context, _ *memory.Store) error { return tasuki.Save(ctx, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				var committed tally
				r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
					if err := commit(ctx, st, func() error { committed.add(i); return nil }); err != nil {
						return err
					}
					return more(ctx, st)
				}))
				pass(24 * time.Hour)
				r = record(t, st, r.ID)
				if r.State != store.Dead || r.Attempts != 1 || string(r.Cursor) != "1" {
					t.Errorf("%s after %d attempts at %s: %s", r.State, r.Attempts, r.Cursor, r.Why)
				}
				if got := fmt.Sprint(committed.all(), inner.all()); got != "[1] []" {
					t.Errorf("committed and done inside: %s", got)
				}
			})
		})
	}
}

func TestAnOrdinaryErrorBehindACommitFailsTheAttemptAndTheNextGoesOnBehindTheItem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var committed tally
		failed := false
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			if err := commit(ctx, st, func() error { committed.add(i); return nil }); err != nil || i != 2 || failed {
				return err
			}
			failed = true
			return errors.New("the mail server is away")
		}))
		wantFailure(t, r, "mail server")
		pass(time.Hour)
		wantState(t, st, r.ID, store.Done)
		if got := fmt.Sprint(committed.all()); got != "[1 2 3 4 5 6 7 8 9 10]" {
			t.Errorf("committed %s", got)
		}
	})
}

func TestASecondCommitBehindOneWhoseAnswerWasLostIsNoMistakeOfTheProgram(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			if i == 3 && unsure(ctx, st, true) != nil {
				return commit(ctx, st, nothing) // tries again, as handlers do
			}
			return nil
		}))
		wantFailure(t, r, "may be in")
		pass(time.Hour)
		wantState(t, st, r.ID, store.Done)
	})
}

// besides are the ways in which a loop calls something that is no item of it.
func besides(ctx context.Context, try func(context.Context) error) map[string][]tasuki.EachOption {
	return map[string][]tasuki.EachOption{
		"OnStart":    {tasuki.OnStart(try)},
		"OnResume":   {tasuki.OnResume(try)},
		"OnComplete": {tasuki.OnComplete(try)},
		"OnStart, by the context around the loop": {tasuki.OnStart(func(context.Context) error { return try(ctx) })},
		"Throttle": {tasuki.Throttle(func(ctx context.Context) time.Duration { try(ctx); return 0 })},
	}
}

func TestACommitBesideTheItemsOfAnInnerLoopDoesNotEndTheOuterItem(t *testing.T) {
	for name := range besides(t.Context(), nil) {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				job := walk.Job(3, tasuki.Keep(time.Hour))
				enqueued(t, st, job)
				var inner tally
				var refused error
				tries := 0
				r := onAndOn(t, st, job.ID, 2500*time.Millisecond, tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
					try := func(ctx context.Context) error {
						tries++
						refused = commit(ctx, st, nothing)
						return nil // which a handler must not, and may
					}
					return tasuki.Loop(ctx, "inner", count(5), func(_ context.Context, k int) error {
						pass(time.Second)
						inner.add(10*i + k)
						return nil
					}, besides(ctx, try)[name]...)
				}))
				if got := fmt.Sprint(inner.all()); got != "[11 12 13 14 15 21 22 23 24 25 31 32 33 34 35]" {
					t.Errorf("%s %s, inner items %s", r.State, r.Why, got)
				}
				if tries == 0 || !errors.Is(refused, store.ErrNoItem) {
					t.Errorf("%d Commits, the last answered %v", tries, refused)
				}
			})
		})
	}
}

func TestACommitInTheSourceOfAnInnerLoopMakesTheJobDead(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantDead(t, eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
			src := count(3)
			src.Total = func(ctx context.Context) (int64, error) { return 3, commit(ctx, st, nothing) }
			return tasuki.Loop(ctx, "inner", src, func(context.Context, int) error { return nil })
		})), `kind "walk"`, "each/inner", "a loop that stands in an item or a step", "hint: give Commit the context")
	})
}

func TestACommitInAHookOfAnInnerLoopOnSQLiteWritesNothing(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.DB().Exec(`CREATE TABLE heads (n INTEGER)`); err != nil {
		t.Fatal(err)
	}
	job := walk.Job(3, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	var inner tally
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
		return tasuki.Loop(ctx, "inner", count(5), func(_ context.Context, k int) error { inner.add(k); return nil },
			tasuki.OnStart(func(ctx context.Context) error {
				return st.Commit(ctx, func(tx *sql.Tx) error { _, err := tx.Exec(`INSERT INTO heads VALUES (?)`, i); return err })
			}))
	})}})
	eventually(t, "the job is dead", func() bool { return record(t, st, job.ID).State == store.Dead })
	var heads int
	if err := st.DB().QueryRow(`SELECT count(*) FROM heads`).Scan(&heads); err != nil || heads != 0 || len(inner.all()) != 0 {
		t.Errorf("%d rows, inner items %v, %v", heads, inner.all(), err)
	}
}

func TestACommitInAHookOfAnOuterLoopIsOneOutsideOfItems(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		heads := 0
		r := eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error { return commit(ctx, st, nothing) },
			tasuki.OnStart(func(ctx context.Context) error { return commit(ctx, st, func() error { heads++; return nil }) }),
			tasuki.OnComplete(func(ctx context.Context) error { return commit(ctx, st, func() error { heads++; return nil }) })))
		if r.State != store.Done || heads != 2 {
			t.Errorf("%s %s, %d commits", r.State, r.Why, heads)
		}
	})
}

func TestWhatOutlivesAStepOrAnItemIsRefused(t *testing.T) {
	for name, begin := range map[string]func(ctx context.Context, st *memory.Store) (inside context.Context){
		"an item": func(ctx context.Context, _ *memory.Store) (inside context.Context) {
			tasuki.Loop(ctx, "l", count(1), func(ctx context.Context, _ int) error { inside = ctx; return nil })
			return inside
		},
		"a step": func(ctx context.Context, _ *memory.Store) (inside context.Context) {
			tasuki.Step(ctx, "a", func(ctx context.Context) (int, error) { inside = ctx; return 1, nil })
			return inside
		},
		"a StepTx that failed": func(ctx context.Context, st *memory.Store) (inside context.Context) {
			fine := func(err error) error { return err }
			tasuki.StepTx(ctx, "a", txCommit(st, fine), func(ctx context.Context, _ string) (int, error) { inside = ctx; return 1, errors.New("no") })
			return inside
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				tasked(t, st, func(ctx context.Context) error {
					inside := begin(ctx, st)
					_, step := tasuki.Step(inside, "late", func(context.Context) (int, error) { t.Error("a step began"); return 1, nil })
					for what, err := range map[string]error{
						"Commit": commit(inside, st, nothing),
						"Loop":   tasuki.Loop(inside, "late", count(1), func(context.Context, int) error { t.Error("an item began"); return nil }),
						"Step":   step,
						"Save":   tasuki.Save(inside, 1),
					} {
						if !errors.Is(err, store.ErrNoItem) {
							t.Errorf("%s: %v", what, err)
						}
					}
					return nil
				})
			})
		})
	}
}

func TestALoopThatOutlivesTheItemItStandsInEnds(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var late tally
		ended := make(chan error, 1)
		job := walk.Job(3, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			if i == 1 {
				go func() { ended <- tasuki.Loop(ctx, "late", count(50), aSecond(&late)) }()
			}
			pass(2500 * time.Millisecond)
			return nil
		})}})
		pass(10 * time.Second)
		wantState(t, st, job.ID, store.Done)
		if err := <-ended; !errors.Is(err, store.ErrNoItem) || len(late.all()) != 3 {
			t.Errorf("it ended with %v after items %v", err, late.all())
		}
	})
}

func TestWhatOutlivesTheHandlerEndsWhateverItsContext(t *testing.T) {
	for name, late := range map[string]func(context.Context) error{
		"a step that waits for the store": func(ctx context.Context) error {
			_, err := tasuki.Step(ctx, "late", func(context.Context) (int, error) { pass(time.Second); return 1, nil })
			return err
		},
		"a loop": func(ctx context.Context) error {
			return tasuki.Loop(ctx, "late", count(100), func(context.Context, int) error { pass(time.Second); return nil })
		},
		"a loop that begins late": func(ctx context.Context) error {
			pass(time.Second)
			return tasuki.Loop(ctx, "late", count(1), func(context.Context, int) error { return nil })
		},
		"a cursor": func(ctx context.Context) error { pass(time.Second); return tasuki.Save(ctx, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				ended := make(chan error, 1)
				r := tasked(t, st, func(ctx context.Context) error {
					go func() { ended <- late(context.WithoutCancel(ctx)) }()
					pass(100 * time.Millisecond)
					return nil
				})
				pass(5 * time.Second)
				wantState(t, st, r.ID, store.Done)
				select {
				case err := <-ended:
					if !errors.Is(err, tasuki.ErrNoJob) {
						t.Errorf("error %v", err)
					}
				default:
					t.Error("it is still there")
					pass(200 * time.Second)
				}
			})
		})
	}
}
