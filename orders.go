package tasuki

import (
	"context"
	"log/slog"
	"runtime"

	"github.com/tasuki-jobs/tasuki/store"
)

// obey does what a person ordered.
func (w *Worker) obey(o store.OrderKind) {
	w.log.Info("order received", slog.String("order", string(o)))
	switch o {
	case store.OrderQuiet:
		w.Quiet()
	case store.OrderResume:
		w.Resume()
	case store.OrderStop:
		w.doom(nil)
	case store.OrderDump:
		w.dump()
	}
}

// dump writes every goroutine's stack to the log.
func (w *Worker) dump() {
	buf := make([]byte, 1<<20)
	w.log.Warn("goroutines", slog.String("stacks", string(buf[:runtime.Stack(buf, true)])))
}

func (w *Worker) cancelRun(r *run) {
	if !w.desk.begun(r) {
		return // waits for its slot; the next beat brings it again
	}
	if context.Cause(r.ctx) == nil {
		w.log.Info("a person cancels the job; its context is cancelled", logAttrs(r)...)
	}
	r.cancel(ErrCancelled)
}
