package harness

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
)

const fillBatch = 1000

// fill prepares a store with waiting jobs.
func fill(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	if t.Strangers > 0 {
		s, ok := sys.(Stranger)
		if !ok {
			return nil, fmt.Errorf("its store holds no jobs of unknown kinds")
		}
		if err := s.EnqueueUnknown(ctx, t.Strangers); err != nil {
			return nil, err
		}
	}
	if err := churn(ctx, sys, t); err != nil {
		return nil, err
	}
	if err := add(ctx, sys, t.Jobs); err != nil {
		return nil, err
	}
	return Sample{}, sys.Close()
}

// churnSlots has the worker that works off what a store has behind it.
const churnSlots = 100

// churn lets a worker work off jobs that are enqueued beside it.
func churn(ctx context.Context, sys System, t *Task) error {
	if t.Churn == 0 {
		return nil
	}
	var started atomic.Int64
	if err := sys.Start(ctx, t.Slots, func(Args) { started.Add(1) }); err != nil {
		return err
	}
	if err := feed(ctx, sys, &started, 0, t.Churn); err != nil {
		return err
	}
	return sys.Stop(ctx)
}

// add enqueues n jobs in bulk.
func add(ctx context.Context, sys System, n int) error {
	all := make([]Args, n)
	for i := range all {
		all[i].N = i
	}
	for part := range slices.Chunk(all, fillBatch) {
		if err := sys.Enqueue(ctx, part); err != nil {
			return err
		}
	}
	return nil
}
