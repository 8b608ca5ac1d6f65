package tasuki

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

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
	select {
	case <-w.hands.end():
	case <-w.life.Done(): // a hook of the user's, behind a handler, does not return
	}
	w.wg.Wait()
	cut.Stop()
	w.die()
	close(w.ended)
}
