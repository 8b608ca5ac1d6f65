package tasukitest_test

import (
	"context"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// What docs/testing.md says of the cost of a run.
func BenchmarkRun(b *testing.B) {
	h := count.Do(func(context.Context, int) error { return nil })
	for b.Loop() {
		tasukitest.Run(b, h, count.Job(1)).Want(store.Done)
	}
}

// A run of a hundred items, each of which is saved before the next begins.
func BenchmarkRunOfAHundredItems(b *testing.B) {
	var done []int
	h := counting(&done)
	for b.Loop() {
		tasukitest.Run(b, h, count.Job(100)).Want(store.Done)
	}
}
