package source_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

func TestASliceIsResumedBehindAnyItem(t *testing.T) {
	resumes(t, func() source.Of[int, int] { return source.Slice(upTo(20)) }, 20)
}

func TestASliceSaysItsTotal(t *testing.T) {
	if n, err := source.Slice(upTo(7)).Total(t.Context()); n != 7 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
}

func TestItemsAppendedToASliceAreDone(t *testing.T) {
	_, cursor := taken(t, source.Slice(upTo(3)), "", -1)
	got, _ := taken(t, source.Slice(upTo(5)), cursor, -1)
	wantItems(t, got, 4, 5)
}

func TestASliceShorterThanItsCursorIsChanged(t *testing.T) {
	failsChanged(t, source.Slice(upTo(3)), "4", "4 items were done, the slice has 3")
}

func sorted(values ...int) source.Of[*int, int] {
	return source.Sorted(values, func(v int) int { return v })
}

func TestASortedSliceIsResumedBehindAnyItem(t *testing.T) {
	resumes(t, func() source.Of[*int, int] { return sorted(-5, -1, 0, 3, 9) }, 5)
}

func TestASortedSliceMayChangeBetweenRuns(t *testing.T) {
	_, cursor := taken(t, sorted(1, 3, 5, 7), "", 2)
	got, _ := taken(t, sorted(1, 2, 4, 5, 9), cursor, -1) // 3, the cursor, is gone; 2 and 4 are new
	wantItems(t, got, 4, 5, 9)
}

func TestASortedSliceOutOfOrderIsRefusedBeforeItsFirstItem(t *testing.T) {
	for _, values := range [][]int{{1, 3, 2}, {1, 2, 2}} {
		if seen, _, err := take(t.Context(), sorted(values...), "", -1); err == nil || len(seen) > 0 {
			t.Errorf("%v: %d items, error %v", values, len(seen), err)
		}
	}
}

func TestASortedKeyThatJSONWouldChangeIsRefused(t *testing.T) {
	src := source.Sorted([]string{"a", "b\xff"}, func(s string) string { return s })
	fails(t, src, "", "not UTF-8")
}

func counting(n int, end error) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i+1, nil) {
					return
				}
			}
			if end != nil {
				yield(0, end)
			}
		}
	}
}

func TestAnIteratorIsResumedBehindAnyItem(t *testing.T) {
	resumes(t, func() source.Of[int, int] { return source.Seq(counting(12, nil)) }, 12)
}

func TestAnIteratorThatEndsBeforeItsCursorIsChanged(t *testing.T) {
	failsChanged(t, source.Seq(counting(3, nil)), "5", "ends behind 3")
}

func TestAnIteratorsErrorComesThrough(t *testing.T) {
	if err := fails(t, source.Seq(counting(3, errGone)), "1"); !errors.Is(err, errGone) {
		t.Errorf("error %v", err)
	}
}

func TestDroppingTheDoneItemsOfAnIteratorEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := take(ctx, source.Seq(counting(1<<30, nil)), "1000000000", -1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func batched() tasuki.Source[int, []source.Item[int, int]] {
	return source.Batch(source.Slice(upTo(7)), 3)
}

func TestABatchedSourceIsResumedBehindAnyBatch(t *testing.T) {
	resumes(t, batched, 3)
}

func TestABatchHasUpToNItemsAndTheTotalCountsBatches(t *testing.T) {
	var sizes []int
	var kept [][]source.Item[int, int]
	for b, err := range batched().After(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		sizes, kept = append(sizes, len(b)), append(kept, b)
	}
	if kept[0][0].Value != 1 || kept[1][0].Value != 4 {
		t.Errorf("batches that were kept are %v", kept)
	}
	if n, _ := batched().Total(t.Context()); n != 3 || len(sizes) != 3 || sizes[0] != 3 || sizes[2] != 1 {
		t.Errorf("batches of %v, total %d", sizes, n)
	}
}

func TestWhatWasReadBeforeAnErrorIsStillABatch(t *testing.T) {
	seen, cursor, err := take(t.Context(), source.Batch(source.Seq(counting(5, errGone)), 3), "", -1)
	if len(seen) != 2 || cursor != "5" || !errors.Is(err, errGone) {
		t.Errorf("%v at %s, error %v", seen, cursor, err)
	}
}

func TestABatchOfNothingIsRefused(t *testing.T) {
	fails(t, source.Batch(source.Slice(upTo(3)), 0), "", "n is 0")
}
