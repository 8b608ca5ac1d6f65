package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// stepping notes that a step ran, and answers its result.
func stepping(ran *[]string, name string, result int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		*ran = append(*ran, name)
		return result, nil
	}
}

// twice runs one job whose handler fails at the end of its first attempt, with a
// handler for each of the two, and answers what ran.
func twice(t *testing.T, st *memory.Store, first, second func(ctx context.Context, ran *[]string) error) ([]string, *store.Record) {
	t.Helper()
	var ran []string
	job := task.Job(0, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
		return errors.Join(first(ctx, &ran), errors.New("fails"))
	})}})
	synctest.Wait()
	stopped(t, w)
	ran = append(ran, "|")
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error { return second(ctx, &ran) })}})
	pass(time.Minute)
	return ran, record(t, st, job.ID)
}

// inSteps runs steps of these names, each with its length as result.
func inSteps(names ...string) func(context.Context, *[]string) error {
	return func(ctx context.Context, ran *[]string) error {
		for _, n := range names {
			if got, err := tasuki.Step(ctx, n, stepping(ran, n, len(n))); err != nil || got != len(n) {
				return fmt.Errorf("step %s answers %d, %w", n, got, err)
			}
		}
		return nil
	}
}

func TestADoneStepIsNotRunAgainWhateverADeployChangedAroundIt(t *testing.T) {
	for name, c := range map[string]struct {
		first, second []string
		want          string
	}{
		"unchanged":    {[]string{"a", "bb"}, []string{"a", "bb"}, "a bb |"},
		"reordered":    {[]string{"a", "bb"}, []string{"bb", "a"}, "a bb |"},
		"one added":    {[]string{"a", "bb"}, []string{"a", "new", "bb"}, "a bb | new"},
		"one removed":  {[]string{"a", "bb"}, []string{"bb", "c"}, "a bb | c"},
		"one renamed":  {[]string{"a", "bb"}, []string{"a", "renamed"}, "a bb | renamed"},
		"odd names":    {[]string{`"\`, "ü/ü"}, []string{"ü/ü", `"\`}, `"\ ü/ü |`},
		"two at first": {nil, []string{"a", "bb"}, "| a bb"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				ran, r := twice(t, st, inSteps(c.first...), inSteps(c.second...))
				if got := strings.Join(ran, " "); got != c.want || r.State != store.Done {
					t.Errorf("ran %s, job %s %v; want %s", got, r.State, r.Failure, c.want)
				}
			})
		})
	}
}

func TestARenamedStepKeepsItsResultIfItSaysWhatItWasCalled(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran, r := twice(t, st, inSteps("old"), func(ctx context.Context, ran *[]string) error {
			got, err := tasuki.Step(ctx, "new", stepping(ran, "new", 0), tasuki.Formerly("older", "old"))
			if got != 3 {
				return fmt.Errorf("answers %d", got)
			}
			return err
		})
		if r.State != store.Done || len(ran) != 2 {
			t.Errorf("ran %v, job %s %v", ran, r.State, r.Failure)
		}
	})
}

func TestAStepsResultIsInTheStoreWhenItReturns(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(0)
		enqueued(t, st, job)
		began := time.Now()
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			for i := range 50 {
				if _, err := tasuki.Step(ctx, fmt.Sprint(i), func(context.Context) (int, error) { return i, nil }); err != nil {
					return err
				}
				if r := record(t, st, job.ID); !strings.Contains(string(r.Cursor), fmt.Sprintf(`"%d":{"result":%d}`, i, i)) {
					t.Errorf("behind step %d the store has %s", i, r.Cursor)
				}
			}
			if took := time.Since(began); took > 0 {
				t.Errorf("50 steps waited %v for the saver's pace", took)
			}
			return nil
		})}})
		synctest.Wait()
	})
}

func TestAStepWaitsUntilAStoreThatIsAwayHasItsResult(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		var after time.Duration
		began := time.Now()
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			_, err := tasuki.Step(ctx, "pay", func(context.Context) (int, error) {
				way.set(func(l *link) { l.broken["save"] = true })
				return 1, nil
			})
			after = time.Since(began)
			return err
		})}})
		pass(8 * time.Second)
		way.set(func(l *link) { l.broken["save"] = false })
		pass(10 * time.Second)
		wantState(t, st, job.ID, store.Done)
		if after < 8*time.Second {
			t.Errorf("the step returned after %v, before its result was in the store", after)
		}
	})
}

func TestNoStepBeginsWhileTheWorkerStops(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var ran []string
		job := task.Job(0)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			tasuki.Step(ctx, "long", func(context.Context) (int, error) { pass(5 * time.Second); ran = append(ran, "long"); return 0, nil })
			tasuki.Step(ctx, "next", stepping(&ran, "next", 0))
			return nil // swallowed; the hand-over stands
		})}})
		pass(time.Second)
		stopped(t, w)
		r := wantState(t, st, job.ID, store.Ready)
		if len(ran) != 1 || r.Interruptions != 1 || r.Attempts != 0 || !strings.Contains(string(r.Cursor), "long") {
			t.Errorf("ran %v, %d interruptions, %d attempts, state %s", ran, r.Interruptions, r.Attempts, r.Cursor)
		}
	})
}

func TestTwoStepsOfOneNameAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error { var ran []string; return inSteps("pay", "pay")(ctx, &ran) })
		wantFailure(t, r, `kind "task"`, `step named "pay"`)
	})
}

func TestAStepWithoutANameIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantFailure(t, tasked(t, st, func(ctx context.Context) error { var ran []string; return inSteps("")(ctx, &ran) }), "without a name")
	})
}

func TestAStepOutsideAJobIsRefused(t *testing.T) {
	if _, err := tasuki.Step(t.Context(), "x", func(context.Context) (int, error) { return 1, nil }); !errors.Is(err, tasuki.ErrNoJob) {
		t.Errorf("error %v", err)
	}
}

func TestAResultOfAnotherTypeFailsTheAttemptAndIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		_, r := twice(t, st, inSteps("pay"), func(ctx context.Context, _ *[]string) error {
			_, err := tasuki.Step(ctx, "pay", func(context.Context) (struct{ ID string }, error) { return struct{ ID string }{}, nil })
			return err
		})
		wantFailure(t, r, `kind "task"`, `step "pay"`, "result 3", "hint:")
		if !strings.Contains(string(r.Cursor), `"result":3`) {
			t.Errorf("the state is %s now", r.Cursor)
		}
	})
}

func TestAResultThatCannotBeKeptMakesTheJobDeadBeforeItsStepIsDoneAgain(t *testing.T) {
	for name, c := range map[string]struct {
		result any
		words  []string
	}{
		"no JSON":   {make(chan int), []string{"does not become JSON"}},
		"no number": {math.NaN(), []string{"does not become JSON"}},
		"no text":   {"caf\xe9", []string{"not UTF-8", `caf\ufffd`, "hint:"}},
		"too large": {strings.Repeat("x", 1<<20), []string{"over the limit of 1048576"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				ran := 0
				r := tasked(t, st, func(ctx context.Context) error {
					_, err := tasuki.Step(ctx, "odd", func(context.Context) (any, error) { ran++; return c.result, nil })
					return err
				})
				pass(time.Hour)
				wantDead(t, record(t, st, r.ID), append(c.words, `kind "task"`, `step "odd"`)...)
				if ran != 1 {
					t.Errorf("the step ran %d times", ran)
				}
			})
		})
	}
}

func TestAPanicInAStepNamesIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantFailure(t, tasked(t, st, func(ctx context.Context) error {
			_, err := tasuki.Step(ctx, "pay", func(context.Context) (int, error) { panic("no card") })
			return err
		}), "panic: no card", `step "pay"`)
	})
}

func TestTheStepsOfAnItemAreDoneOncePerItem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var charged, mailed tally
		fail := true
		job := walk.Job(3, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			_, err := tasuki.Step(ctx, "charge", func(context.Context) (int, error) { charged.add(i); return i, nil })
			if err != nil {
				return err
			}
			if i == 2 && fail {
				fail = false
				return errors.New("between the two")
			}
			_, err = tasuki.Step(ctx, "mail", func(context.Context) (int, error) { mailed.add(i); return i, nil })
			return err
		})}})
		synctest.Wait()
		if r := wantState(t, st, job.ID, store.Retry); !strings.Contains(string(r.Cursor), `"cursor":1`) || !strings.Contains(string(r.Cursor), `"charge":{"result":2}`) {
			t.Errorf("state %s, want the cursor 1 and item 2 charged", r.Cursor)
		}
		pass(time.Minute)
		wantState(t, st, job.ID, store.Done)
		if got := fmt.Sprint(charged.all(), mailed.all()); got != "[1 2 3] [1 2 3]" {
			t.Errorf("charged and mailed %s", got)
		}
	})
}

func TestALoopInAStepIsResumedInsideIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		r := onAndOn(t, st, job.ID, 2500*time.Millisecond, task.Do(func(ctx context.Context, _ int) error {
			sum, err := tasuki.Step(ctx, "import", func(ctx context.Context) (int, error) {
				return 42, tasuki.Loop(ctx, "rows", count(8), aSecond(&done))
			})
			if err == nil && sum != 42 {
				return tasuki.Discard(fmt.Errorf("sum %d", sum))
			}
			return err
		}))
		if r.State != store.Done || len(done.all()) != 8 {
			t.Errorf("%s %v, items %v", r.State, r.Failure, done.all())
		}
	})
}

func TestStepsSideBySideAreEachDoneOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var ran tally
		fail := true
		both := func(ctx context.Context, _ *[]string) error {
			var wg sync.WaitGroup
			errs := make([]error, 20)
			for i := range errs {
				wg.Go(func() {
					_, errs[i] = tasuki.Step(ctx, fmt.Sprint(i), func(context.Context) (int, error) {
						if fail && i >= 10 {
							return 0, errors.New("later")
						}
						ran.add(i)
						return i, nil
					})
				})
			}
			wg.Wait()
			fail = false
			return errors.Join(errs...)
		}
		_, r := twice(t, st, both, both)
		if r.State != store.Done || len(ran.all()) != 20 {
			t.Errorf("%s %v, ran %v", r.State, r.Failure, ran.all())
		}
	})
}

func TestCommitInsideAStepIsRefusedAndSaysWhatToUse(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		wantDead(t, tasked(t, st, func(ctx context.Context) error {
			_, err := tasuki.Step(ctx, "pay", func(ctx context.Context) (int, error) { return 1, commit(ctx, st, nothing) })
			return err
		}), "StepTx", `step "pay"`)
	})
}

// txCommit is a store's Commit with a transaction of type string.
func txCommit(st store.Consumer, ends func(error) error) func(context.Context, func(string) error) error {
	return func(ctx context.Context, fn func(string) error) error {
		return ends(commit(ctx, st, func() error { return fn("tx") }))
	}
}

func TestAStepTxIsRecordedByItsCommitAlone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		fine := func(err error) error { return err }
		ran := 0
		job := task.Job(0)
		enqueued(t, st, job)
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			got, err := tasuki.StepTx(ctx, "pay", txCommit(st, fine), func(_ context.Context, tx string) (string, error) { ran++; return tx + "!", nil })
			if r := record(t, st, job.ID); got != "tx!" || !strings.Contains(string(r.Cursor), `"pay":{"result":"tx!"}`) {
				t.Errorf("answers %s, state %s", got, r.Cursor)
			}
			return errors.Join(err, errors.New("again"))
		})}})
		pass(10 * time.Minute)
		if r := wantState(t, st, job.ID, store.Retry); ran != 1 || r.Attempts < 2 || way.count("save") != 0 {
			t.Errorf("ran %d times in %d attempts, %d saves", ran, r.Attempts, way.count("save"))
		}
	})
}

func TestAStepTxThatFailsIsNotDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran := 0
		r := tasked(t, st, func(ctx context.Context) error {
			_, err := tasuki.StepTx(ctx, "pay", txCommit(st, func(err error) error { return err }), func(context.Context, string) (int, error) {
				if ran++; ran == 1 {
					return 0, errors.New("declined")
				}
				return 1, nil
			})
			return err
		})
		wantFailure(t, r, "declined")
		pass(time.Minute)
		wantState(t, st, r.ID, store.Done)
		if ran != 2 {
			t.Errorf("ran %d times", ran)
		}
	})
}

func TestAStepBehindACommitOfUnknownFateSaysSoAndSavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error {
			h := func(ctx context.Context, fn func(string) error) error {
				return errors.Join(fn(""), unsure(ctx, st, false))
			}
			tasuki.StepTx(ctx, "pay", h, func(context.Context, string) (int, error) { return 1, nil })
			_, err := tasuki.Step(ctx, "mail", func(context.Context) (int, error) { return 1, nil })
			return err
		})
		wantFailure(t, r, "fate is unknown", `step "mail"`)
	})
}

func TestAStateOfANewerFormatFailsTheAttemptAndIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(0)
		enqueued(t, st, job)
		newer := newLink(st)
		newer.alter = func(o *store.Outcome) { o.Cursor = []byte(`{"tasuki":2}`) }
		w := started(t, newer, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			return tasuki.RetryIn(time.Second, errors.New("x"))
		})}})
		synctest.Wait()
		stopped(t, w)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			_, err := tasuki.Step(ctx, "a", func(context.Context) (int, error) { return 1, nil })
			return err
		})}})
		pass(5 * time.Second)
		r := record(t, st, job.ID)
		wantFailure(t, r, "format 2", "hint:")
		if string(r.Cursor) != `{"tasuki":2}` {
			t.Errorf("the state is %s now", r.Cursor)
		}
	})
}
