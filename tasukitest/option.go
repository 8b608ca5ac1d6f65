package tasukitest

import (
	"context"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// An Option says how jobs are run.
type Option func(*settings)

type settings struct {
	cfg   tasuki.Config
	st    store.Store
	clock *Clock // nil: the store has one of its own
	plans []*plan
}

// On runs the jobs on st instead of a fresh store in memory: for handlers that use
// a concrete store's Commit, or that enqueue by themselves. clock is the one that
// st was opened with, to be turned by Pass and Resume; nil if it has another, then
// Pass cannot be used.
func On(st store.Store, clock *Clock) Option {
	return func(s *settings) { s.st, s.clock = st, clock }
}

// Like runs the jobs as a worker with this Config does: with its Middleware, OnJob,
// OnEvent, Timeout and so on. Left out are Handlers, which are given elsewhere, and
// Queues, Slots and ReadAhead: one job runs at a time, from whatever queue.
func Like(cfg tasuki.Config) Option {
	return func(s *settings) {
		cfg.Handlers = s.cfg.Handlers
		s.cfg = cfg
	}
}

// By lets h run the jobs of its kind from now on, as a deploy of another version of
// the program does: run.Resume(tasukitest.By(next)).
func By(h tasuki.Handler) Option {
	return func(s *settings) {
		var all []tasuki.Handler
		for _, old := range s.cfg.Handlers {
			if old.Kind() != h.Kind() {
				all = append(all, old)
			}
		}
		s.cfg.Handlers = append(all, h)
	}
}

// StopBefore stops the worker, as a deploy does, when a point comes for the n-th
// time, from 1: "each" and 58 is before the 58th item that this run would do,
// "charge" and 1 before the step of that name, "each/charge" and 3 the third time
// that this step would begin in an item. The job is handed over there.
//
// If the run ends without coming there the test fails.
func StopBefore(point string, n int) Option {
	return interrupt("StopBefore", point, n, Stop)
}

// KillBefore is StopBefore with kill -9: nothing more is written, the job is
// released as if others had noticed, and the item before the point is not recorded,
// unless it was by a Commit: it is done again.
func KillBefore(point string, n int) Option {
	return interrupt("KillBefore", point, n, die)
}

// CancelBefore is StopBefore with a person who cancels the job.
func CancelBefore(point string, n int) Option {
	return interrupt("CancelBefore", point, n, Cancel)
}

func interrupt(name, point string, n int, act func(context.Context)) Option {
	return func(s *settings) {
		s.plans = append(s.plans, &plan{name: name, point: point, n: n, act: act})
	}
}
