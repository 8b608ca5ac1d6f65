package tasukitest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

var count = tasuki.NewKind[int]("count", tasuki.Backoff(func(n int) time.Duration { return time.Duration(n) * time.Minute }))

// counting is a handler that does the numbers from 1 to its argument and notes them.
func counting(done *[]int) tasuki.Handler {
	return tasuki.Each(count, upTo, func(_ context.Context, _ int, n int) error {
		*done = append(*done, n)
		return nil
	})
}

func upTo(last int) tasuki.Source[int, int] {
	return tasuki.Source[int, int]{
		After: func(_ context.Context, c int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for n := c + 1; n <= last && yield(n, nil); n++ {
				}
			}
		},
		Cursor: func(n int) int { return n },
		Total:  func(context.Context) (int64, error) { return int64(last), nil },
	}
}

func numbers(from, to int) (all []int) {
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

func TestAHandlerRunsToItsEnd(t *testing.T) {
	var done []int
	run := tasukitest.Run(t, counting(&done), count.Job(100)).Want(store.Done)
	if !slices.Equal(done, numbers(1, 100)) || run.Items != 100 {
		t.Errorf("did %v, %d items", done, run.Items)
	}
	if run.Progress != (store.Progress{Done: 100, Total: 100}) {
		t.Errorf("progress %+v", run.Progress)
	}
}

func TestAStopBeforeAnItemHandsOverWhatWasDone(t *testing.T) {
	var done []int
	run := tasukitest.Run(t, counting(&done), count.Job(100), tasukitest.StopBefore("each", 58)).Want(store.Ready)
	if len(done) != 57 || string(run.Cursor) != "57" || run.Items != 57 || run.Interruptions != 1 || run.Attempts != 0 {
		t.Errorf("did %v; %+v", done, run)
	}
	run.Resume().Want(store.Done)
	if !slices.Equal(done, numbers(1, 100)) {
		t.Errorf("both runs did %v", done)
	}
}

func TestAKillBeforeAnItemLosesTheItemBefore(t *testing.T) {
	var done []int
	run := tasukitest.Run(t, counting(&done), count.Job(100), tasukitest.KillBefore("each", 58)).Want(store.Ready)
	if len(done) != 57 || string(run.Cursor) != "56" || run.Releases != 1 || run.Interruptions != 0 {
		t.Errorf("did %v; %+v", done, run)
	}
	run.Resume().Want(store.Done)
	if want := append(numbers(1, 57), numbers(57, 100)...); !slices.Equal(done, want) {
		t.Errorf("both runs did %v", done)
	}
}

func TestAnErrorIsAnAttemptWithItsDelay(t *testing.T) {
	broken := errors.New("the disk is full")
	run := tasukitest.Run(t, count.Do(func(context.Context, int) error { return broken }), count.Job(1)).Want(store.Retry)
	if !errors.Is(run.Err, broken) || run.Attempts != 1 || run.Delay != time.Minute {
		t.Errorf("%+v", run)
	}
	run = run.Resume().Want(store.Retry)
	if run.Attempts != 2 || run.Delay != 2*time.Minute || len(run.Journal) != 2 || run.Journal[1].From.Sub(run.Journal[0].Until) != time.Minute {
		t.Errorf("%+v", run)
	}
}
