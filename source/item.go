package source

import (
	"errors"
	"iter"

	"github.com/tasuki-jobs/tasuki"
)

// An Item is one thing of a source and the cursor of a job that has done it.
type Item[C, T any] struct {
	At    C
	Value T
}

// Of is a source of such items: what a function that makes one answers.
type Of[C, T any] = tasuki.Source[C, Item[C, T]]

// ErrChanged is met when a job goes on behind a cursor that does not belong to the
// source as it is now. Going on could skip or repeat items, so the attempt fails
// and the cursor is kept.
var ErrChanged = errors.New("the source is not the one that the cursor was taken from")

// items is a source whose items carry their cursors.
func items[C, T any](s Of[C, T]) Of[C, T] {
	s.Cursor = func(i Item[C, T]) C { return i.At }
	return s
}

// broken is a sequence of nothing but an error.
func broken[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}
