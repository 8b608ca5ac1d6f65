package source

import (
	"context"
	"fmt"
	"iter"

	"github.com/tasuki-jobs/tasuki"
)

// Batch makes one item of up to n of another source, for work that is cheaper in
// bulk. If the worker is killed, the whole batch in hand is done again.
//
// Cursor: that of the batch's last item. Resuming and changes are the source's own.
// An error of the source comes behind a last batch of what was read before it.
func Batch[C, T any](src tasuki.Source[C, T], n int) tasuki.Source[C, []T] {
	s := tasuki.Source[C, []T]{
		Cursor:  func(b []T) C { return src.Cursor(b[len(b)-1]) },
		Compare: src.Compare,
		After: func(ctx context.Context, c C) iter.Seq2[[]T, error] {
			if n < 1 {
				return broken[[]T](fmt.Errorf("Batch: n is %d, want at least 1", n))
			}
			return func(yield func([]T, error) bool) { gather(src.After(ctx, c), n, yield) }
		},
	}
	if src.Total != nil && n > 0 {
		s.Total = func(ctx context.Context) (int64, error) {
			total, err := src.Total(ctx)
			return (total + int64(n) - 1) / int64(n), err
		}
	}
	return s
}

func gather[T any](all iter.Seq2[T, error], n int, yield func([]T, error) bool) {
	var batch []T
	for v, err := range all {
		if err != nil {
			_ = (len(batch) == 0 || yield(batch, nil)) && yield(nil, err)
			return
		}
		if batch = append(batch, v); len(batch) < n {
			continue
		}
		if !yield(batch, nil) {
			return
		}
		batch = nil // the last one is the caller's
	}
	if len(batch) > 0 {
		yield(batch, nil)
	}
}
