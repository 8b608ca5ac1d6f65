package tasuki

import (
	"context"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Quiet makes the worker claim no more. Read-ahead goes back at once, and the
// jobs that run are told through their Stopping: resumable ones hand over at
// their next item. Resume takes it back for jobs that come later.
func (w *Worker) Quiet() {
	if !w.runs.Load() || !w.beater.say(store.Quiet) {
		return
	}
	w.giveBack(w.desk.hush(false))
	w.log.Info("quiet: no more claims", slog.String("in_flight", w.inFlight()))
	w.event(EventQuiet, nil)
}

// Resume ends Quiet. After a stop has begun both do nothing.
func (w *Worker) Resume() {
	if !w.runs.Load() || !w.beater.say(store.Working) {
		return
	}
	w.desk.wake()
	w.log.Info("resumed: claims again")
	w.event(EventResume, nil)
}

// LastCall makes a stop in progress skip the rest of its drain: contexts are
// cancelled now. Before a stop it does nothing.
func (w *Worker) LastCall() {
	if w.runs.Load() && w.beater.says() == store.Stopping {
		w.hurry.Do(func() { close(w.hurried) })
	}
}

// Stop ends the worker in stages: quiet, drain, last call, leave. It returns
// when all is recorded and every goroutine has ended, at the latest when Timeout
// is over: nil, or StillRunning, or Unrecorded. The end of ctx skips to last
// call. Every call waits for the same stop.
func (w *Worker) Stop(ctx context.Context) error {
	if !w.runs.Load() {
		return nil
	}
	w.once.Do(func() {
		go func() {
			w.result = w.halt()
			close(w.stopped)
		}()
	})
	select {
	case <-w.stopped:
	case <-ctx.Done():
		w.hurry.Do(func() { close(w.hurried) })
		<-w.stopped
	}
	return w.result
}

// halt is the stages of stopping, in order.
func (w *Worker) halt() error {
	began := time.Now()
	end := began.Add(w.cfg.Timeout)
	w.beater.say(store.Stopping)
	w.giveBack(w.desk.hush(true))
	w.close()
	w.log.Info("stopping", slog.String("in_flight", w.inFlight()), slog.Duration("timeout", w.cfg.Timeout))
	w.event(EventShutdown, nil)
	claimed := make(chan struct{})
	go func() { w.claim.Wait(); close(claimed) }()
	all := w.await(claimed, end.Add(-w.cfg.LastCall), w.hurried)
	if !all {
		w.log.Warn("last call: the contexts of running jobs are cancelled",
			slog.String("in_flight", w.inFlight()), slog.Duration("left", time.Until(end)))
		w.event(EventLastCall, nil)
		w.desk.interrupt(ErrStopping)
		all = w.await(claimed, end.Add(-w.margin()), nil)
	}
	err := w.leave(all, end)
	w.event(EventExit, err)
	w.told(end)
	return err
}

// margin is what the last writes may take: when it begins, handlers are no longer
// waited for; its second half is for the exit itself.
func (w *Worker) margin() time.Duration { return min(w.cfg.Timeout/10, 300*time.Millisecond) }

// await waits until the claimer has ended and the desk is empty: true; or until
// the time or the hurry comes: false.
func (w *Worker) await(claimed <-chan struct{}, until time.Time, hurry <-chan struct{}) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	report := time.NewTicker(5 * time.Second)
	defer report.Stop()
	for {
		select {
		case <-claimed:
			if claimed = nil; w.desk.empty() {
				return true
			}
		case <-w.desk.left:
			if claimed == nil && w.desk.empty() {
				return true
			}
		case <-report.C:
			w.log.Info("draining", slog.String("in_flight", w.inFlight()), slog.Duration("left", time.Until(until)))
		case <-hurry:
			return false
		case <-timer.C:
			return false
		}
	}
}
