package tasuki

import (
	"context"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A JobEnd tells OnJob how one run of a job ended.
type JobEnd struct {
	Job             // Ran is how long this run took
	Verb store.Verb // what becomes of the job; empty: nothing, it is another worker's now
	Err  error      // what the handler returned
	// Waited is how long the job waited for this run since it was due: in the
	// store by its clock, in the worker by the worker's.
	Waited time.Duration
	// Items is how many items and steps this run did.
	Items int64
	// Redo is how much of Ran the job's next run will do again: nothing for a
	// hand-over between two items, all for a job without a cursor.
	Redo time.Duration
}

// observe tells OnJob of a run's end, if anybody listens.
func (w *Worker) observe(r *run, o store.Outcome, err error, ok bool) {
	if w.cfg.OnJob == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("OnJob panicked", append(logAttrs(r), slog.Any("panic", p))...)
		}
	}()
	e := JobEnd{Job: r.job(), Verb: o.Verb, Err: err, Waited: r.waited()}
	if !ok {
		e.Verb = ""
	}
	e.Items, e.Redo = r.redo(o.Verb, err)
	w.cfg.OnJob(context.WithoutCancel(r.ctx), e)
}

// waited is the time from being due to being claimed, and from that to the start.
func (r *run) waited() time.Duration {
	d := r.started.Sub(r.came)
	if !r.rec.ClaimedAt.IsZero() && !r.rec.DueAt.IsZero() {
		d += r.rec.ClaimedAt.Sub(r.rec.DueAt)
	}
	return max(d, 0)
}

// redo counts what was done, and how much time of it is done again: what came
// after the last item, unless the run ended between two of its own accord.
func (r *run) redo(verb store.Verb, err error) (items int64, again time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.refused, saidIn(r.unswallowed(err)).is(outYield):
	case verb != store.HandOver && verb != store.Fail && verb != "":
	case r.items > 0:
		again = r.clock() - r.stepped
	default:
		again = r.clock()
	}
	return r.items, again
}
