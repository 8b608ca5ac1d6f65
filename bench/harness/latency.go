package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// latency enqueues Jobs jobs at a low rate into a store that an idle worker of
// the same process works off, and answers how long after the call of Enqueue
// each started, in ms.
func latency(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	return await(ctx, c, t, func(sys System) error { return trickle(ctx, sys, t) })
}

// across is latency with the producer in another process. Both read the same
// machine's clock.
func across(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	return await(ctx, c, t, func(System) error {
		other := *t
		other.Measure, other.Profile = "produce", ""
		_, _, err := spawn(ctx, other)
		return err
	})
}

// produce is the other process of across.
func produce(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	if err := trickle(ctx, sys, t); err != nil {
		return nil, err
	}
	return Sample{}, sys.Close()
}

// trickle enqueues jobs one by one, from two thirds to four thirds of Every apart.
func trickle(ctx context.Context, sys System, t *Task) error {
	part := t.Every * 2 / 3
	for i := range t.Jobs {
		if err := pause(ctx, part+rand.N(part)); err != nil {
			return err
		}
		if err := sys.Enqueue(ctx, []Args{{N: i, At: time.Now().UnixNano()}}); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// settleIn is how long a worker that was started is left alone before it counts
// as idle.
const settleIn = time.Second

// await runs a worker beside feed and answers the delays of the jobs that came.
func await(ctx context.Context, c *Contestant, t *Task, feed func(System) error) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	d := &delays{want: t.Jobs, all: make(chan struct{})}
	if err := sys.Start(ctx, t.Slots, d.one); err != nil {
		return nil, err
	}
	if err := pause(ctx, settleIn); err != nil {
		return nil, err
	}
	if err := feed(sys); err != nil {
		return nil, err
	}
	select {
	case <-d.all:
	case <-time.After(patience):
		return nil, fmt.Errorf("not all of %d jobs ran in %v", t.Jobs, patience)
	}
	if err := sys.Stop(ctx); err != nil {
		return nil, err
	}
	return d.sample(), sys.Close()
}

// delays are the times from Enqueue to start.
type delays struct {
	want int
	all  chan struct{}

	mu sync.Mutex // owns ms
	ms []float64
}

func (d *delays) one(a Args) {
	ms := float64(time.Now().UnixNano()-a.At) / 1e6
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ms = append(d.ms, ms); len(d.ms) == d.want {
		close(d.all)
	}
}

func (d *delays) sample() Sample {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.ms)
	return Sample{"p50": quantile(d.ms, 0.5), "p99": quantile(d.ms, 0.99), "max": quantile(d.ms, 1)}
}
