package tasuki

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/ecs"
	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The herald tells whoever started this process how the worker does: systemd or a
// supervisor, by sd_notify(3), and the guard of the task that it runs in. It tells each
// change, ten in a second at most, and something every five seconds.
type herald struct {
	w     *Worker
	guard interface{ Need(jobs int) } // nil: nobody guards the task

	// Owned by the loop's goroutine.
	told bearing
	at   time.Time // of the last time it told
}

const (
	heraldEvery = 5 * time.Second
	heraldRest  = 100 * time.Millisecond
)

// A bearing is how a worker does, in numbers.
type bearing struct {
	state store.WorkerState
	busy  int
	held  int // of those that run: what a stop would cost much
	done  uint64
}

// bearing answers it, and when the number of those held may change by itself.
func (w *Worker) bearing() (bearing, time.Duration) {
	b := bearing{state: w.beater.says()}
	var soon time.Duration
	b.held, soon = w.held()
	b.busy, b.done = w.desk.counts()
	return b, soon
}

// herald starts the herald, if anybody listens. The answer ends it.
func (w *Worker) herald() (end func()) {
	h := &herald{w: w}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	if guard := w.guard(); guard != nil {
		h.guard = guard
		wg.Go(func() { guard.Run(ctx) })
	}
	if h.guard != nil || host.Notifies() {
		wg.Go(func() { loop.Run(ctx, w.desk.moved, h.step) })
	}
	return func() { cancel(); wg.Wait(); w.notify() }
}

// guard protects the task in which this process runs, if it is one of ECS'. Under a
// supervisor that does it, for all its workers.
func (w *Worker) guard() *ecs.Guard {
	uri := os.Getenv("ECS_AGENT_URI")
	if uri == "" || os.Getenv(slotName) != "" {
		return nil
	}
	agent, err := ecs.NewAgent(uri)
	if err != nil {
		w.log.Warn("the task cannot be protected", slog.Any("error", err))
		return nil
	}
	return ecs.NewGuard(agent, w.log)
}

// step tells what has changed. What changes while it rests is told with the next.
func (h *herald) step(ctx context.Context) time.Duration {
	if rest := heraldRest - time.Since(h.at); rest > 0 && !loop.Sleep(ctx, rest) {
		return loop.Never
	}
	b, soon := h.w.bearing()
	if h.guard != nil {
		h.guard.Need(b.held)
	}
	if b != h.told || time.Since(h.at) >= heraldEvery {
		h.told, h.at = b, time.Now()
		h.w.notify()
	}
	return min(soon, heraldEvery-time.Since(h.at))
}

// notify tells systemd, or the supervisor, these lines and how the worker does.
func (w *Worker) notify(lines ...string) {
	if !host.Notifies() {
		return
	}
	b, _ := w.bearing()
	lines = append(lines, "STATUS="+w.statusLine(b), "X_TASUKI_WORKER="+w.name, "X_TASUKI_STATE="+string(b.state),
		fmt.Sprintf("X_TASUKI_BUSY=%d\nX_TASUKI_HELD=%d\nX_TASUKI_DONE=%d", b.busy, b.held, b.done))
	if err := host.Notify(strings.Join(lines, "\n")); err != nil {
		w.log.Debug("systemd was not told", slog.Any("error", err))
	}
}

// statusLine is for people: "working on import×2 mail×1".
func (w *Worker) statusLine(b bearing) string {
	flight := w.inFlight()
	switch b.state {
	case store.Quiet:
		return "quiet, waiting for " + flight
	case store.Stopping:
		return "draining " + flight
	case store.Leaving:
		return "leaving with " + flight
	}
	return "working on " + flight
}
