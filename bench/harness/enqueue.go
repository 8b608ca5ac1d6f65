package harness

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// warmUp is how many jobs are enqueued before the clock runs: the first ones
// open connections and prepare statements.
const warmUp = 20

// enqueue adds Jobs jobs to an empty store, Batch in a call, by Callers at
// once.
func enqueue(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	for i := range warmUp {
		if err := sys.Enqueue(ctx, []Args{{N: -i}}); err != nil {
			return nil, err
		}
	}
	m, err := begin(t.Server)
	if err != nil {
		return nil, err
	}
	if err := call(ctx, sys, t); err != nil {
		return nil, err
	}
	sample, err := m.end(t.Jobs)
	if err != nil {
		return nil, err
	}
	left, err := sys.Left(ctx)
	if err == nil && left != t.Jobs+warmUp {
		err = fmt.Errorf("%d jobs are there, not %d", left, t.Jobs+warmUp)
	}
	if err != nil {
		return nil, err
	}
	return sample, sys.Close()
}

// call enqueues by Callers goroutines that share the jobs.
func call(ctx context.Context, sys System, t *Task) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	failed := make([]error, t.Callers)
	for i := range t.Callers {
		wg.Go(func() {
			batch := make([]Args, t.Batch)
			for {
				n := int(next.Add(int64(t.Batch))) - t.Batch
				if n >= t.Jobs {
					return
				}
				part := batch[:min(t.Batch, t.Jobs-n)]
				for j := range part {
					part[j].N = n + j
				}
				if failed[i] = sys.Enqueue(ctx, part); failed[i] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}
