package tasuki_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A handler may do much at once and much that is odd; what is behind the job is
// recorded all the same.

// counted is count with a total.
func counted(n int) tasuki.Source[int, int] {
	src := count(n)
	src.Total = func(context.Context) (int64, error) { return int64(n), nil }
	return src
}

// sideBySide runs functions at once and joins their errors.
func sideBySide(all ...func() error) error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, do := range all {
		wg.Go(func() { errs[i] = do() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func TestCommitsSideBySideAreAllRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var a, b tally
		loop := func(ctx context.Context, name string, each time.Duration, done *tally) func() error {
			return func() error {
				return tasuki.Loop(ctx, name, count(5), func(ctx context.Context, i int) error {
					pass(each)
					err := commit(ctx, st, func() error { done.add(i); return nil })
					pass(3 * time.Second) // the item goes on behind its Commit
					return err
				})
			}
		}
		h := task.Do(func(ctx context.Context, _ int) error {
			return sideBySide(loop(ctx, "a", time.Second, &a), loop(ctx, "b", 2*time.Second, &b))
		})
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(2500 * time.Millisecond)
		if c := string(record(t, st, job.ID).Cursor); !strings.Contains(c, `"a":{"cursor":1}`) || !strings.Contains(c, `"b":{"cursor":1}`) {
			t.Errorf("a kill here would find %s", c)
		}
		stopped(t, w)
		onAndOn(t, st, job.ID, 9*time.Second, h)
		if got := fmt.Sprint(a.all(), b.all()); got != "[1 2 3 4 5] [1 2 3 4 5]" {
			t.Errorf("committed %s", got)
		}
	})
}

func TestStepTxsSideBySideAreAllRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		late := func(ctx context.Context, fn func(string) error) error { // a wrapper that takes a while behind the Commit
			err := commit(ctx, st, func() error { return fn("") })
			pass(time.Second)
			return err
		}
		both := func(ctx context.Context, ran *[]string) error {
			var mu sync.Mutex
			step := func(name string) func() error {
				return func() error {
					_, err := tasuki.StepTx(ctx, name, late, func(context.Context, string) (int, error) {
						mu.Lock()
						defer mu.Unlock()
						*ran = append(*ran, name)
						return 1, nil
					})
					return err
				}
			}
			return sideBySide(step("a"), step("b"))
		}
		var ran []string
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		tries := 0
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			err := both(ctx, &ran)
			if tries++; tries == 1 {
				err = errors.New("something else fails")
			}
			return err
		})}})
		pass(time.Hour)
		wantState(t, st, job.ID, store.Done)
		if len(ran) != 2 {
			t.Errorf("ran %v", ran)
		}
	})
}

func TestACommitOfUnknownFateIsNotOverwrittenByAnotherLoop(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		first := true
		r := tasked(t, st, func(ctx context.Context) error {
			a := tasuki.Loop(ctx, "a", count(10), func(ctx context.Context, i int) error {
				done.add(i)
				if i == 5 && first {
					first = false
					return unsure(ctx, st, true)
				}
				return commit(ctx, st, nothing)
			})
			return errors.Join(a, tasuki.Loop(ctx, "b", count(3), func(context.Context, int) error { return nil }))
		})
		pass(time.Hour)
		wantState(t, st, r.ID, store.Done)
		if got := fmt.Sprint(done.all()); got != "[1 2 3 4 5 6 7 8 9 10]" {
			t.Errorf("committed %s", got)
		}
	})
}

func TestTheSaverGoesOnWhateverTheHandlerDid(t *testing.T) {
	for name, before := range map[string]func(ctx context.Context, st *memory.Store){
		"a step that was refused": func(ctx context.Context, _ *memory.Store) {
			tasuki.Step(ctx, "big", func(context.Context) (string, error) { return strings.Repeat("x", 2<<20), nil })
		},
		"a Save that was refused": func(ctx context.Context, _ *memory.Store) { tasuki.Save(ctx, make(chan int)) },
		"a Commit and progress": func(ctx context.Context, st *memory.Store) {
			commit(ctx, st, nothing)
			tasuki.SetProgress(ctx, 1, 2, "")
		},
		"a Commit in an item, and progress": func(ctx context.Context, st *memory.Store) {
			tasuki.Loop(ctx, "first", count(1), func(ctx context.Context, _ int) error {
				return errors.Join(commit(ctx, st, nothing), tasuki.SetProgress(ctx, 1, 2, ""))
			})
		},
		"a Commit that failed": func(ctx context.Context, st *memory.Store) {
			tasuki.Loop(ctx, "first", count(1), func(ctx context.Context, _ int) error {
				return store.HeldFrom(ctx).Commit(func(stand func() (store.Standing, error)) error { stand(); return errors.New("full") })
			})
		},
		"a panic in a Commit": func(ctx context.Context, st *memory.Store) {
			defer func() { recover() }()
			tasuki.Loop(ctx, "first", count(1), func(ctx context.Context, _ int) error {
				return store.HeldFrom(ctx).Commit(func(stand func() (store.Standing, error)) error { stand(); panic("x") })
			})
		},
		"a panic behind a Commit": func(ctx context.Context, st *memory.Store) {
			defer func() { recover() }()
			tasuki.Loop(ctx, "first", count(1), func(ctx context.Context, _ int) error { commit(ctx, st, nothing); panic("x") })
		},
		"a state that was too large for a while": func(ctx context.Context, st *memory.Store) {
			tasuki.Step(ctx, "a", func(context.Context) (int, error) { return 1, nil })
			tasuki.Save(ctx, strings.Repeat("x", 1<<20-20))
			pass(time.Second)
			tasuki.Save(ctx, "small")
		},
	} {
		for _, step := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, a step behind it: %v", name, step), func(t *testing.T) {
				bubble(t, func(t *testing.T, st *memory.Store) { saverGoesOn(t, st, step, before) })
			})
		}
	}
}

// saverGoesOn fails if behind what a handler did before the saver has gone to sleep.
func saverGoesOn(t *testing.T, st *memory.Store, step bool, before func(context.Context, *memory.Store)) {
	job := task.Job(0)
	enqueued(t, st, job)
	w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
		before(ctx, st)
		if step {
			if _, err := tasuki.Step(ctx, "behind", func(context.Context) (int, error) { return 1, nil }); err != nil {
				t.Errorf("a step behind it: %v", err)
			}
		}
		return tasuki.Loop(ctx, "rows", count(1000), func(context.Context, int) error { pass(time.Second); return nil })
	})}})
	pass(100 * time.Second)
	if c := string(record(t, st, job.ID).Cursor); !strings.Contains(c, `"rows":{"cursor":9`) && !strings.Contains(c, `"rows":{"cursor":10`) {
		t.Errorf("after 100 items of a second the store has %.200s", c)
	}
	stopped(t, w)
}

func TestAStepInsideOfACommitIsRefused(t *testing.T) {
	for name, do := range map[string]func(ctx context.Context, st *memory.Store) error{
		"of an item": func(ctx context.Context, st *memory.Store) error {
			return tasuki.Loop(ctx, "rows", count(1), func(ctx context.Context, _ int) error {
				return commit(ctx, st, func() error {
					_, err := tasuki.Step(ctx, "in", func(context.Context) (int, error) { return 1, nil })
					return err
				})
			})
		},
		"of a StepTx": func(ctx context.Context, st *memory.Store) error {
			_, err := tasuki.StepTx(ctx, "out", txCommit(st, func(err error) error { return err }), func(ctx context.Context, _ string) (int, error) {
				return tasuki.Step(ctx, "in", func(context.Context) (int, error) { return 1, nil })
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				wantDead(t, tasked(t, st, func(ctx context.Context) error { return do(ctx, st) }), "inside of a Commit", `step "in"`, "hint:")
			})
		})
	}
}

func TestBehindACommitOfUnknownFateNoOtherIsMade(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var second error
		tasked(t, st, func(ctx context.Context) error {
			tasuki.Loop(ctx, "a", count(1), func(ctx context.Context, _ int) error { return unsure(ctx, st, true) })
			second = tasuki.Loop(ctx, "b", count(1), func(ctx context.Context, _ int) error { return commit(ctx, st, nothing) })
			return second
		})
		if !errors.Is(second, store.ErrUnsure) {
			t.Errorf("error %v", second)
		}
	})
}

func TestNothingIsRecordedInAnItemBehindItsCommit(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantDead(t, eaching(t, st, tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
			if err := commit(ctx, st, nothing); err != nil {
				return err
			}
			_, err := tasuki.Step(ctx, "late", func(context.Context) (int, error) { return 1, nil })
			return err
		})), `step "late"`, "behind the Commit")
	})
}

func TestAStepOfALostJobEndsWhateverItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		enqueued(t, st, task.Job(0))
		var got error
		var again atomic.Bool
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			if again.Swap(true) {
				return nil
			}
			_, got = tasuki.Step(context.WithoutCancel(ctx), "a", func(context.Context) (int, error) {
				way.set(func(l *link) { l.cut = true })
				return 1, nil
			})
			return got
		})}})
		started(t, st, tasuki.Config{})
		pass(20 * time.Second)
		way.set(func(l *link) { l.cut = false })
		pass(20 * time.Second)
		if !errors.Is(got, tasuki.ErrLost) {
			t.Errorf("error %v", got)
		}
	})
}

func TestProgressThatIsSetInsideACommitIsSavedWhenItIsOver(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(2)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			err := commit(ctx, st, func() error {
				return errors.Join(tasuki.SetProgress(ctx, 1, 9, ""), tasuki.SetProgress(ctx, int64(i), 9, "booked"))
			})
			pass(10 * time.Second)
			return err
		})}})
		pass(time.Second)
		if r := record(t, st, job.ID); r.Progress.Note != "booked" || string(r.Cursor) != "1" {
			t.Errorf("progress %+v at cursor %s", r.Progress, r.Cursor)
		}
		pass(10 * time.Second)
		if r := record(t, st, job.ID); r.Progress.Done != 2 {
			t.Errorf("progress %+v in the second item", r.Progress)
		}
		stopped(t, w)
	})
}

func TestWhatChangesWhileACommitIsAnsweredIsSavedBehindIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			err := store.HeldFrom(ctx).Commit(func(stand func() (store.Standing, error)) error {
				stand()
				tasuki.SetProgress(ctx, 1, 9, "")
				pass(time.Second) // the saver looks, and must not write now
				return tasuki.SetProgress(ctx, 2, 9, "")
			})
			pass(10 * time.Second)
			return err
		})}})
		pass(500 * time.Millisecond)
		if r := record(t, st, job.ID); r.Progress.Done != 0 {
			t.Errorf("progress %+v while the Commit is under way", r.Progress)
		}
		pass(time.Second)
		if r := record(t, st, job.ID); r.Progress.Done != 2 {
			t.Errorf("progress %+v behind the Commit", r.Progress)
		}
		pass(20 * time.Second)
	})
}

func TestProgressGoesWithTheCommitThatMadeIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(20, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		h := tasuki.Each(walk, counted, func(ctx context.Context, _, _ int) error {
			pass(time.Second)
			return commit(ctx, st, nothing)
		})
		way := newLink(st)
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(10500 * time.Millisecond)
		if r := record(t, st, job.ID); r.Progress.Done != 10 || r.Progress.Total != 20 {
			t.Errorf("progress %+v at cursor %s", r.Progress, r.Cursor)
		}
		way.set(func(l *link) { l.cut = true }) // as good as killed
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(18500 * time.Millisecond)
		stopped(t, w)
		if r := record(t, st, job.ID); fmt.Sprint(r.Progress.Done) != string(r.Cursor) || r.Releases != 1 {
			t.Errorf("progress %+v at cursor %s, %d releases", r.Progress, r.Cursor, r.Releases)
		}
	})
}

func TestACursorMayLookLikeAStateOfOurs(t *testing.T) {
	type cursor struct {
		N int `json:"tasuki"`
	}
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := walk.Job(4, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var done tally
		from := func(n int) tasuki.Source[cursor, int] {
			src := count(n)
			return tasuki.Source[cursor, int]{Cursor: func(i int) cursor { return cursor{i} },
				After: func(ctx context.Context, c cursor) iter.Seq2[int, error] { return src.After(ctx, c.N) }}
		}
		r := onAndOn(t, st, job.ID, 1500*time.Millisecond, tasuki.Each(walk, from, func(ctx context.Context, _, i int) error { return aSecond(&done)(ctx, i) }))
		if r.State != store.Done || len(done.all()) != 4 {
			t.Errorf("%s %v, items %v", r.State, r.Failure, done.all())
		}
	})
}

func TestALineOfTheWorkersOwnNamesTheJobOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var out bytes.Buffer
		log := slog.New(tasuki.LogHandler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
		enqueued(t, st, task.Job(0))
		w := started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		pass(time.Second)
		stopped(t, w)
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "job done") && strings.Count(line, " job=") != 1 {
				t.Errorf("line %s", line)
			}
		}
	})
}
