package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// testFresh opens one new place from many goroutines at once: all must come up,
// on one and the same store.
func testFresh(t *testing.T, fresh func(*testing.T) func() (store.Store, error)) {
	const many = 6
	open := fresh(t)
	handles, errs := make([]store.Store, many), make([]error, many)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			<-begin
			handles[i], errs[i] = open()
		})
	}
	close(begin)
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("open %d of %d: %v", i, many, err)
		}
	}
	for i, h := range handles {
		got, err := h.Enqueue(t.Context(), []store.Job{job("shared"), job(fmt.Sprintf("own-%d", i))})
		if err != nil {
			t.Fatalf("enqueue on handle %d: %v", i, err)
		}
		if want := map[bool]store.EnqueuedWhat{true: store.Added, false: store.Known}[i == 0]; got[0].What != want || got[1].What != store.Added {
			t.Fatalf("handle %d: %v", i, got)
		}
	}
	for i, h := range handles {
		page, err := h.List(t.Context(), store.ListRequest{})
		if err != nil || len(page.Jobs) != many+1 {
			t.Fatalf("handle %d shows %d jobs of %d, %v", i, len(page.Jobs), many+1, err)
		}
	}
}
