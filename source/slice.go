package source

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"
)

// Slice goes through a slice from its first item to its last.
//
// Cursor: how many items are done. Resuming costs nothing. The slice must be the
// same in every run, as it is if it comes from the job's arguments; items put in or
// taken out before the cursor shift the rest, which is not noticed. Items appended
// are done; a slice that became shorter than the cursor is [ErrChanged]. Where that
// matters use [Sorted].
func Slice[T any](values []T) Of[int, T] {
	return items(Of[int, T]{
		After: func(_ context.Context, done int) iter.Seq2[Item[int, T], error] {
			if done < 0 || done > len(values) {
				return broken[Item[int, T]](fmt.Errorf("%w: %d items were done, the slice has %d", ErrChanged, done, len(values)))
			}
			return func(yield func(Item[int, T], error) bool) {
				for i := done; i < len(values); i++ {
					if !yield(Item[int, T]{i + 1, values[i]}, nil) {
						return
					}
				}
			}
		},
		Total:   func(context.Context) (int64, error) { return int64(len(values)), nil },
		Compare: cmp.Compare[int],
	})
}

// Sorted goes through a slice that is in ascending order of a key, which each item
// has for itself.
//
// Cursor: the key of the last item done. Resuming is a binary search. The slice
// may change between runs: items added behind the cursor are done, those before it
// are not, and a deleted one is no harm. A slice that is not in order fails before
// its first item.
func Sorted[K cmp.Ordered, T any](values []T, key func(T) K) Of[*K, T] {
	return items(Of[*K, T]{
		After: func(_ context.Context, last *K) iter.Seq2[Item[*K, T], error] {
			if err := ascending(values, key); err != nil {
				return broken[Item[*K, T]](err)
			}
			return behind(values, key, last)
		},
		Total:   func(context.Context) (int64, error) { return int64(len(values)), nil },
		Compare: func(a, b *K) int { return cmp.Compare(*a, *b) },
	})
}

func behind[K cmp.Ordered, T any](values []T, key func(T) K, last *K) iter.Seq2[Item[*K, T], error] {
	from := 0
	if last != nil {
		at, found := slices.BinarySearchFunc(values, *last, func(v T, k K) int { return cmp.Compare(key(v), k) })
		if from = at; found {
			from++
		}
	}
	return func(yield func(Item[*K, T], error) bool) {
		for _, v := range values[from:] {
			k := key(v)
			if !yield(Item[*K, T]{&k, v}, nil) {
				return
			}
		}
	}
}

// ascending refuses keys out of order, and those that JSON would change.
func ascending[K cmp.Ordered, T any](values []T, key func(T) K) error {
	for i, v := range values {
		k := key(v)
		if s, text := any(k).(string); text && !utf8.ValidString(s) {
			return fmt.Errorf("key %q of item %d is not UTF-8 (hint: a cursor is JSON; take another key)", s, i)
		}
		if k != k {
			return fmt.Errorf("the key of item %d is not a number", i)
		}
		if i > 0 && key(values[i-1]) >= k {
			return fmt.Errorf("item %d with key %v comes behind key %v (hint: sort the slice by its key; keys must differ)", i, k, key(values[i-1]))
		}
	}
	return nil
}
