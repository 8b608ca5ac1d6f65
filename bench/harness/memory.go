package harness

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// slots answers the resident memory of a process in MB: before it opens a
// store, with an idle worker, with a handler blocked in every slot and jobs
// waiting behind, and the peak after it worked off the rest.
func slots(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	empty, err := settled()
	if err != nil {
		return nil, err
	}
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	gate, full := make(chan struct{}), make(chan struct{})
	runs := newRuns(t.Jobs)
	var inside atomic.Int64
	err = sys.Start(ctx, t.Slots, func(a Args) {
		if inside.Add(1) == int64(t.Slots) {
			close(full)
		}
		<-gate
		runs.one(a)
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-full:
	case <-time.After(patience):
		return nil, fmt.Errorf("only %d of %d slots were filled", inside.Load(), t.Slots)
	}
	busy, err := settled()
	if err != nil {
		return nil, err
	}
	close(gate)
	if err := runs.wait(ctx); err != nil {
		return nil, err
	}
	_, peak, err := resident()
	if err != nil {
		return nil, err
	}
	if err := sys.Stop(ctx); err != nil {
		return nil, err
	}
	return Sample{"empty": empty, "busy": busy - empty, "peak": peak - empty}, sys.Close()
}

// settled is the resident memory once the collector has given back what is
// free.
func settled() (float64, error) {
	debug.FreeOSMemory()
	now, _, err := resident()
	return now, err
}

// marks are after how many shares of all jobs growth looks.
var marks = []float64{0.1, 0.5, 1}

// backlog is how many jobs wait at most while feed adds to them.
const backlog = 5000

// growth lets one worker work off Jobs jobs that are enqueued beside it, and
// looks at what it holds after a tenth, half and all, when the queue is empty.
func growth(ctx context.Context, c *Contestant, t *Task) (Sample, error) {
	sys, err := c.Open(ctx, Setup{Path: t.Path})
	if err != nil {
		return nil, err
	}
	var started atomic.Int64
	if err := sys.Start(ctx, t.Slots, func(Args) { started.Add(1) }); err != nil {
		return nil, err
	}
	sample, sent := Sample{}, 0
	for i, share := range marks {
		from, began := sent, time.Now()
		sent = int(share * float64(t.Jobs))
		if err := feed(ctx, sys, &started, from, sent); err != nil {
			return nil, err
		}
		rate := float64(sent-from) / time.Since(began).Seconds()
		if err := mark(sample, t.Path, i+1, rate); err != nil {
			return nil, err
		}
	}
	if err := sys.Stop(ctx); err != nil {
		return nil, err
	}
	return sample, sys.Close()
}

// feed enqueues jobs from one number to another beside the worker that starts them,
// and waits until the queue is empty.
func feed(ctx context.Context, sys System, started *atomic.Int64, from, to int) error {
	for ; from < to; from += fillBatch {
		if err := below(ctx, started, int64(from-backlog)); err != nil {
			return err
		}
		if err := add(ctx, sys, min(fillBatch, to-from)); err != nil {
			return err
		}
	}
	return emptied(ctx, sys)
}

// below waits until n jobs have started.
func below(ctx context.Context, started *atomic.Int64, n int64) error {
	return poll(ctx, time.Millisecond, func() (bool, error) { return started.Load() >= n, nil })
}

func emptied(ctx context.Context, sys System) error {
	return poll(ctx, 20*time.Millisecond, func() (bool, error) {
		left, err := sys.Left(ctx)
		return left == 0, err
	})
}

func poll(ctx context.Context, every time.Duration, done func() (bool, error)) error {
	for until := time.Now().Add(patience); time.Now().Before(until); {
		if ok, err := done(); ok || err != nil {
			return err
		}
		if err := pause(ctx, every); err != nil {
			return err
		}
	}
	return fmt.Errorf("nothing came of it in %v", patience)
}

func mark(s Sample, path string, n int, rate float64) error {
	rss, err := settled()
	if err != nil {
		return err
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	name := func(what string) string { return fmt.Sprintf("%s%d", what, n) }
	s[name("heap")], s[name("rss")], s[name("rate")] = float64(mem.HeapAlloc)/(1<<20), rss, rate
	s[name("file")], s[name("wal")] = megabytes(path), megabytes(path+"-wal")
	s[name("goroutines")] = float64(runtime.NumGoroutine())
	return nil
}
