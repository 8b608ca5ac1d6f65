package tasuki_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAStepThatIsNamedAsAnotherOnesEarlierNameIsRefused(t *testing.T) {
	charge := inSteps("charge")
	notify := func(ctx context.Context, ran *[]string) error {
		_, err := tasuki.Step(ctx, "notify", stepping(ran, "notify", 1), tasuki.Formerly("charge"))
		return err
	}
	for name, do := range map[string][2]func(context.Context, *[]string) error{"before": {charge, notify}, "behind": {notify, charge}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				var ran []string
				wantFailure(t, tasked(t, st, func(ctx context.Context) error {
					if err := do[0](ctx, &ran); err != nil {
						return err
					}
					return do[1](ctx, &ran)
				}), `kind "task"`, `"charge"`, "hint:")
				pass(time.Hour)
				if len(ran) != 1 {
					t.Errorf("ran %v", ran)
				}
			})
		})
	}
}

func TestARenamedStepIsDoneOnceWhileOldAndNewWorkersTakeTurns(t *testing.T) {
	old := func(ctx context.Context, name string, do func(context.Context) (int, error)) (int, error) {
		return tasuki.Step(ctx, name+"-old", do)
	}
	renamed := func(ctx context.Context, name string, do func(context.Context) (int, error)) (int, error) {
		return tasuki.Step(ctx, name+"-new", do, tasuki.Formerly(name+"-old"))
	}
	bubble(t, func(t *testing.T, st *memory.Store) {
		var ran []string
		job := task.Job(0, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		for i := range 8 {
			step := old
			if i%2 == 1 {
				step = renamed
			}
			w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
				for _, name := range []string{"a", "b", "c"} {
					_, err := step(ctx, name, func(context.Context) (int, error) {
						pass(time.Second)
						ran = append(ran, name)
						return 1, nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})}})
			pass(500 * time.Millisecond)
			stopped(t, w)
		}
		wantState(t, st, job.ID, store.Done)
		if got := strings.Join(ran, " "); got != "a b c" {
			t.Errorf("ran %s", got)
		}
	})
}

func TestAPanicNamesTheStepItComesFromWhateverWasRecoveredBefore(t *testing.T) {
	for name, guess := range map[string]func(context.Context) (int, error){
		"a step": func(context.Context) (int, error) { panic("a") },
		"a step within a step": func(ctx context.Context) (int, error) {
			return tasuki.Step(ctx, "in", func(context.Context) (int, error) { panic("a") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				wantFailure(t, tasked(t, st, func(ctx context.Context) error {
					func() {
						defer func() { recover() }()
						tasuki.Step(ctx, "guess", guess)
					}()
					_, err := tasuki.Step(ctx, "real", func(context.Context) (int, error) { panic("b") })
					return err
				}), "panic: b", `step "real"`)
			})
		})
	}
}

func TestAPanicOutsideOfStepsNamesNoneThatRecovered(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error {
			tasuki.Step(ctx, "outer", func(ctx context.Context) (int, error) {
				defer func() { recover() }()
				return tasuki.Step(ctx, "in", func(context.Context) (int, error) { panic("a") })
			})
			panic("b")
		})
		wantFailure(t, r, "panic: b")
		if strings.Contains(r.Failure.Message, "step") {
			t.Errorf("it names one: %s", r.Failure.Message)
		}
	})
}

func TestLoopsSideBySideMayAllEndTheirGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		r := tasked(t, st, func(ctx context.Context) error {
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					tasuki.Loop(ctx, fmt.Sprint(i), count(2), func(context.Context, int) error { runtime.Goexit(); return nil })
				})
			}
			wg.Wait()
			return nil
		})
		wantState(t, st, r.ID, store.Done)
	})
}

func TestAStepWithoutAFunctionIsRefused(t *testing.T) {
	for name, do := range map[string]func(context.Context, *memory.Store) error{
		"Step": func(ctx context.Context, _ *memory.Store) error {
			_, err := tasuki.Step[int](ctx, "pay", nil)
			return err
		},
		"StepTx": func(ctx context.Context, st *memory.Store) error {
			_, err := tasuki.StepTx[int](ctx, "pay", txCommit(st, func(err error) error { return err }), nil)
			return err
		},
		"StepTx without Commit": func(ctx context.Context, _ *memory.Store) error {
			_, err := tasuki.StepTx(ctx, "pay", nil, func(context.Context, string) (int, error) { return 1, nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				r := tasked(t, st, func(ctx context.Context) error { return do(ctx, st) })
				wantFailure(t, r, `step "pay"`, "nil")
				if r.Failure.Class == "panic" {
					t.Error("it panicked")
				}
			})
		})
	}
}
