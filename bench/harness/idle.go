package harness

import (
	"context"
	"sync/atomic"
	"time"
)

// idle answers what a worker without jobs costs over a time: processor in per
// cent of one, statements sent to the store a second, resident memory.
func idle(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	var statements atomic.Int64
	sys, err := c.Open(ctx, Setup{Path: t.Path, Statements: &statements})
	if err != nil {
		return nil, err
	}
	if err := sys.Start(ctx, t.Slots, func(Args) {}); err != nil {
		return nil, err
	}
	if err := pause(ctx, 2*settleIn); err != nil {
		return nil, err
	}
	before, err := cpu()
	if err != nil {
		return nil, err
	}
	served, err := serverCPU(t.Server)
	if err != nil {
		return nil, err
	}
	sent, began := statements.Load(), time.Now()
	if err := pause(ctx, t.For); err != nil {
		return nil, err
	}
	used, err := cpu()
	if err != nil {
		return nil, err
	}
	now, err := serverCPU(t.Server)
	if err != nil {
		return nil, err
	}
	took := time.Since(began).Seconds()
	rss, _, err := resident()
	if err != nil {
		return nil, err
	}
	sample := Sample{"cpu": 100 * (used - before).Seconds() / took, "server": 100 * (now - served).Seconds() / took,
		"rss": rss, "statements": float64(statements.Load()-sent) / took}
	if err := sys.Stop(ctx); err != nil {
		return nil, err
	}
	return sample, sys.Close()
}
