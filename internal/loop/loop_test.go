package loop_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

func TestRunWaitsAsLongAsTheStepSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start, steps := time.Now(), 0
		loop.Run(ctx, loop.NewWake(), func(context.Context) time.Duration {
			if steps++; steps == 4 {
				cancel()
			}
			return 2 * time.Second
		})
		if got := time.Since(start); got != 6*time.Second {
			t.Errorf("4 steps took %v, want 6s", got)
		}
	})
}

func TestARingDuringAStepIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		wake, steps := loop.NewWake(), 0
		loop.Run(ctx, wake, func(context.Context) time.Duration {
			steps++
			if steps == 2 {
				cancel()
			}
			wake.Ring()
			return loop.Never
		})
		if steps != 2 {
			t.Errorf("%d steps, want 2", steps)
		}
	})
}

func TestRunEndsWithItsContextWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		loop.Run(ctx, loop.NewWake(), func(context.Context) time.Duration { return loop.Never })
	})
}

func TestSleepSaysWhetherTheTimePassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if !loop.Sleep(ctx, 500*time.Millisecond) {
			t.Error("a sleep that nothing ended says it was cut short")
		}
		if loop.Sleep(ctx, time.Minute) {
			t.Error("a sleep that its context ended says the time passed")
		}
	})
}

func TestBackoffDoublesUpToItsLimitAndStartsAgain(t *testing.T) {
	b := loop.Backoff{Min: 50 * time.Millisecond, Max: 150 * time.Millisecond}
	for _, want := range []time.Duration{50, 100, 150, 150} {
		if got := b.Next(); got != want*time.Millisecond {
			t.Errorf("pause %v, want %v ms", got, int(want))
		}
	}
	if b.Reset(); b.Next() != 50*time.Millisecond {
		t.Error("after Reset the pause is not the first one")
	}
}
