package harness

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// drain works off the first Jobs of a prepared store. "started" is the rate of
// starts, (N-1) / (last start - first start), without those that it skips;
// "recorded" counts from the call of Start until all that started is recorded and
// Stop has returned.
func drain(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	before, err := sys.Left(ctx)
	if err != nil {
		return nil, err
	}
	release, err := hold(ctx, sys, t)
	if err != nil {
		return nil, err
	}
	m, err := begin(t.Server)
	if err != nil {
		return nil, err
	}
	runs := newRuns(t.Jobs)
	runs.skip = int64(t.Skip)
	if err := sys.Start(ctx, t.Slots, runs.one); err != nil {
		return nil, err
	}
	if err := runs.wait(ctx); err != nil {
		return nil, err
	}
	if err := sys.Stop(ctx); err != nil {
		return nil, err
	}
	n := int(runs.started.Load())
	sample, err := m.end(n)
	if err != nil {
		return nil, err
	}
	sample["started"] = float64(t.Jobs-t.Skip-1) / runs.took().Seconds()
	if err := release(); err != nil {
		return nil, err
	}
	left, err := sys.Left(ctx)
	if err == nil && left != before-n {
		err = fmt.Errorf("%d jobs ran, but %d of %d are left", n, left, before)
	}
	if err != nil {
		return nil, err
	}
	return sample, sys.Close()
}

// hold opens the transaction that shall be open meanwhile, if one shall.
func hold(ctx context.Context, sys System, t *Task) (release func() error, err error) {
	if !t.Hold {
		return func() error { return nil }, nil
	}
	h, ok := sys.(Holder)
	if !ok {
		return nil, fmt.Errorf("its transactions cannot be held open")
	}
	return h.Hold(ctx)
}

// runs counts starts.
type runs struct {
	want, skip  int64
	started     atomic.Int64
	first, last atomic.Int64
	all         chan struct{}
	since       time.Time
}

func newRuns(want int) *runs {
	return &runs{want: int64(want), all: make(chan struct{}), since: time.Now()}
}

func (r *runs) one(Args) {
	switch r.started.Add(1) {
	case r.want:
		r.last.Store(int64(time.Since(r.since)))
		close(r.all)
	case r.skip + 1:
		r.first.Store(int64(time.Since(r.since)))
	}
}

func (r *runs) took() time.Duration { return time.Duration(r.last.Load() - r.first.Load()) }

// patience is how long a measurement may stand still.
const patience = 3 * time.Minute

func (r *runs) wait(ctx context.Context) error {
	select {
	case <-r.all:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(patience):
		return fmt.Errorf("only %d of %d jobs ran in %v", r.started.Load(), r.want, patience)
	}
}

// A meter measures what some work costs this process.
type meter struct {
	at     time.Time
	used   time.Duration
	allocs uint64
	server int
	served time.Duration
}

func begin(server int) (meter, error) {
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	served, err := serverCPU(server)
	if err != nil {
		return meter{}, err
	}
	used, err := cpu()
	return meter{at: time.Now(), used: used, allocs: mem.Mallocs, server: server, served: served}, err
}

// end answers rate and costs of n jobs since begin.
func (m *meter) end(n int) (Sample, error) {
	took := time.Since(m.at)
	used, err := cpu()
	if err != nil {
		return nil, err
	}
	served, err := serverCPU(m.server)
	if err != nil {
		return nil, err
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	_, peak, err := resident()
	jobs := float64(n)
	return Sample{
		"recorded": jobs / took.Seconds(),
		"cpu":      float64((used - m.used).Nanoseconds()) / 1000 / jobs,
		"server":   float64((served - m.served).Nanoseconds()) / 1000 / jobs,
		"allocs":   float64(mem.Mallocs-m.allocs) / jobs,
		"peak":     peak,
	}, err
}
