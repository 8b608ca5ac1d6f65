package source

import (
	"cmp"
	"context"
	"fmt"
	"iter"
)

// Seq goes through an iterator that can be begun again and then yields the same
// items in the same order.
//
// Cursor: how many items are done. Resuming reads those again and drops them, so it
// costs more the further the job is: for long iterators write a [tasuki.Source]
// that can begin in the middle. An iterator that now ends before the cursor is
// [ErrChanged]; other changes before the cursor shift the rest unnoticed.
func Seq[T any](begin func(context.Context) iter.Seq2[T, error]) Of[int, T] {
	return items(Of[int, T]{
		After: func(ctx context.Context, done int) iter.Seq2[Item[int, T], error] {
			return func(yield func(Item[int, T], error) bool) { numbered(ctx, begin(ctx), done, yield) }
		},
		Compare: cmp.Compare[int],
	})
}

func numbered[T any](ctx context.Context, all iter.Seq2[T, error], done int, yield func(Item[int, T], error) bool) {
	n := 0
	for v, err := range all {
		if err == nil && n < done {
			err = ctx.Err() // nobody else asks while items are dropped
		}
		if err != nil {
			yield(Item[int, T]{}, err)
			return
		}
		if n++; n > done && !yield(Item[int, T]{n, v}, nil) {
			return
		}
	}
	if n < done {
		yield(Item[int, T]{}, fmt.Errorf("%w: %d items were done, the iterator ends behind %d", ErrChanged, done, n))
	}
}
