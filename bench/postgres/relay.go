package main

import (
	"context"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// relay is the floor of latency: who enqueues claims the job as soon as it is added, on
// the same goroutine, without a wake. What is left are two commits one after the other.
type relay struct {
	*raw
	do func(harness.Args)
}

func openRelay(ctx context.Context, s harness.Setup) (harness.System, error) {
	r, err := openRaw(storeShape{})(ctx, s)
	if err != nil {
		return nil, err
	}
	return &relay{raw: r.(*raw)}, nil
}

func (r *relay) Start(_ context.Context, _ int, do func(harness.Args)) error {
	r.do = do
	return nil
}

func (r *relay) Stop(context.Context) error { return nil }

func (r *relay) Enqueue(ctx context.Context, all []harness.Args) error {
	if err := r.raw.Enqueue(ctx, all); err != nil || r.do == nil {
		return err
	}
	conn, err := r.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = r.batch(ctx, conn.Conn(), 1, r.do)
	return err
}
