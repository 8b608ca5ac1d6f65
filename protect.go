package tasuki

import "time"

// Protect says whether a job of this kind, while it runs, holds off what would stop its
// worker, where the platform lets a process do that: ECS' task protection, and a
// supervisor that waits. Default: only if the runtime knows no way to hand the job over,
// which is a handler that was not made by Each and in this run has used neither Loop nor
// Step nor Save nor Stopping. Set it to false where a run is cheap to do again, to true
// where an interruption is dear although it loses nothing. It belongs to the handler.
//
// A job that has run for less than five seconds holds off nothing: a stop leaves it time
// to end.
func Protect(yes bool) Option {
	return func(s *settings) { s.protect = &yes }
}

// heldAfter is how long a job has to have run to hold off a stop. Short jobs end in the
// drain; if each of them did, a worker that always has some could never be replaced.
const heldAfter = 5 * time.Second

// held counts the jobs that run, should not be interrupted, and have run long enough for
// it to matter. It also answers when the next may be one.
func (w *Worker) held() (jobs int, next time.Duration) {
	next = heraldEvery
	for _, r := range w.desk.active() {
		if !r.protected() {
			continue
		}
		if ran := r.clock(); ran < heldAfter {
			next = min(next, heldAfter-ran)
		} else {
			jobs++
		}
	}
	return jobs, next
}

// protected says whether a run should not be interrupted.
func (r *run) protected() bool {
	if p := r.handler.settings.protect; p != nil {
		return *p
	}
	return !r.handsOver()
}

// handsOver says whether the run can be handed over, as far as it has shown: it is a
// loop, it has one or a step or a cursor of its own, or it asks whether it is to stop.
func (r *run) handsOver() bool {
	if r.handler.cursor || r.heeds.Load() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.root != nil && len(r.root.begun)+len(r.root.Loops)+len(r.root.Steps) > 0
}
