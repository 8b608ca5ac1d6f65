package tasuki

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Status is how a worker does at one moment, for health checks and metrics.
type Status struct {
	Worker  string            // its name in the store
	Started bool              // Start has succeeded
	Ended   bool              // every goroutine of it has ended, or it never could start
	State   store.WorkerState // what its next beat says; empty before it was started
	Slots   int               // 0 before it was started
	Busy    int               // slots that are taken
	// BeatAge is how long ago the last beat that the store answered was sent; 0
	// before the worker was started.
	BeatAge time.Duration
	// Fresh says whether BeatAge is low enough for work to begin: under three
	// quarters of Config.Standstill.
	Fresh bool
}

// Status says how the worker does. It asks nobody, the store least of all, and
// answers at once at any time, also before Start and after Stop.
func (w *Worker) Status() Status {
	s := Status{Worker: w.name, Started: w.runs.Load()}
	select {
	case <-w.ended:
		s.Ended = true
	default:
	}
	if !s.Started {
		return s
	}
	s.State, s.Slots, s.Busy = w.beater.says(), w.desk.slots, w.desk.busy()
	s.BeatAge = w.pulse.age()
	s.Fresh, _ = w.pulse.fresh()
	return s
}

// busy is how many slots are taken.
func (d *desk) busy() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running
}
