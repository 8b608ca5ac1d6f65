package tasuki

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// What a worker says at its start of the place it stands in: each trap that would cost
// jobs at a stop, with its fix.

const (
	lookFor  = time.Second           // at most: systemd may not answer
	lookWait = 20 * time.Millisecond // how much of it the start waits for
)

// look logs what stands between this process and the end of its jobs.
func (w *Worker) look(ctx context.Context, me host.Subject) {
	me.Timeout = w.cfg.Timeout
	host.Look(ctx, me).Log(w.log)
}

// lookAround looks without holding up the start for more than a moment: what is found
// later is logged later. The answer ends it.
func lookAround(look func(context.Context)) (end func()) {
	ctx, cancel := context.WithTimeout(context.Background(), lookFor)
	done := make(chan struct{})
	go func() {
		defer close(done)
		look(ctx)
	}()
	select {
	case <-done:
	case <-time.After(lookWait):
	}
	return func() { cancel(); <-done }
}
