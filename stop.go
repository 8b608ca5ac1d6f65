package tasuki

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
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

// leave ends the actors and tells the store; what still runs is announced.
func (w *Worker) leave(all bool, end time.Time) error {
	if all {
		w.finish(end)
		return nil
	}
	running, unrecorded := w.stillRunning(), w.unrecorded()
	switch {
	case running == nil:
		w.sayLeaving(end)
		w.finishActors(time.Now())
	case w.exits:
		w.sayLeaving(end)
	default:
		go w.linger() // what is not recorded yet has time to be
	}
	return errors.Join(running, unrecorded)
}

// stillRunning names the handlers that outlived the stop, nil if there are none.
func (w *Worker) stillRunning() error {
	active := w.desk.active()
	if len(active) == 0 {
		return nil
	}
	err := &StillRunning{w.desk.jobs(active)}
	for _, j := range err.Jobs {
		w.log.Warn("a handler did not end in time; its job is released when this process is gone",
			slog.String("job", j.ID), slog.String("kind", j.Kind), slog.Duration("ran", j.Ran))
	}
	return err
}

// unrecorded names the jobs that ended without their outcome being stored, nil
// if there are none.
func (w *Worker) unrecorded() error {
	ended := w.desk.unrecorded()
	if len(ended) == 0 {
		return nil
	}
	err := &Unrecorded{w.desk.jobs(ended)}
	for _, j := range err.Jobs {
		w.log.Error("a job ended but could not be recorded; it will run again", slog.String("job", j.ID), slog.String("kind", j.Kind))
	}
	return err
}

// linger keeps beating for handlers that outlived the stop, until they end.
func (w *Worker) linger() {
	for !w.desk.empty() {
		<-w.desk.left
	}
	w.finish(time.Now().Add(w.cfg.Timeout))
}

func (w *Worker) sayLeaving(end time.Time) {
	w.beater.say(store.Leaving)
	ctx, cancel := context.WithDeadline(w.life, end.Add(-w.margin()/2))
	defer cancel()
	if err := w.beater.beat(ctx); err != nil {
		w.log.Error("the last beat failed; others release what is left after a standstill", slog.Any("error", err))
	}
}

// finish ends the actors and makes the store forget the worker, which holds
// nothing any more.
func (w *Worker) finish(end time.Time) {
	w.finishActors(end.Add(-w.margin() * 3 / 4))
	ctx, cancel := context.WithDeadline(w.base, end.Add(-w.margin()/2))
	defer cancel()
	_, err := w.st.Release(ctx, store.ReleaseRequest{Worker: w.name, Beat: w.beater.number, Why: "released: the worker stopped"})
	if err != nil {
		w.log.Warn("the store could not be told of the end; others notice by themselves", slog.Any("error", err))
	}
	w.log.Info("worker stopped")
}

// finishActors ends every goroutine: loops first, so that a call on its way is
// answered; those that are not answered until then are cut off.
func (w *Worker) finishActors(until time.Time) {
	w.rest()
	cut := time.AfterFunc(time.Until(until), w.die)
	w.claim.Wait()
	w.wg.Wait()
	cut.Stop()
	w.die()
	close(w.ended)
}

// inFlight is what runs, by kind, for a log line: "import×2 mail×1".
func (w *Worker) inFlight() string {
	kinds := map[string]int{}
	for _, r := range w.desk.active() {
		kinds[r.rec.Kind]++
	}
	if len(kinds) == 0 {
		return "nothing"
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&b, "%s×%d ", k, kinds[k])
	}
	return strings.TrimSpace(b.String())
}
