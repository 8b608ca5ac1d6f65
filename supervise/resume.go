package supervise

import "time"

// takenOver notes a worker that another supervisor started. The signal of its phase is sent
// again if it may not have had it.
func (p *plan) takenOver(w *process, untold bool, now time.Time) {
	p.now = now
	w.adopted = true
	if w.slot.surplus && w.stays() {
		w.retire = "fewer workers are configured"
	}
	p.lives(w)
	if untold && w.phase != starting {
		p.tell(w, "it may not have been told")
	}
}

// resume goes on where the supervisor before was, after its workers were taken over: a
// restart under way goes on; what one that has failed left quiet works again.
// Where none of its workers lives, one that has ended says nothing of those to come.
func (p *plan) resume(r *restart, generation int, now time.Time) {
	if !r.underWay() && p.crowd() == 0 {
		r = nil
	}
	p.now, p.restart = now, r
	p.generation = max(p.generation, generation)
	for _, s := range p.slots {
		p.oneStays(s)
		if w := s.fresh(); w != nil && r.underWay() && w.generation < r.generation {
			w.retire = reasonRestart
		}
		if !r.underWay() {
			p.takeBack(s)
		}
	}
}

// oneStays has all but the newest worker of a slot replaced.
func (p *plan) oneStays(s *slot) {
	var best *process
	for _, w := range s.living {
		if w.stays() && (best == nil || w.generation > best.generation) {
			best = w
		}
	}
	for _, w := range s.living {
		if w.stays() && w != best {
			w.retire = "worker " + best.identity + " has its slot"
		}
	}
}

// foundGoing is for a worker that was found without a record and has been told to go
// already. If a restart did that which is no more, it is taken back.
func (p *plan) foundGoing(w *process, state string) {
	w.retire = reasonRestart
	if state == "quiet" {
		w.phase, w.quietAt = quieted, p.now
	} else {
		w.phase, w.stopAt = stopping, p.now
	}
	if !p.restart.underWay() {
		p.takeBack(w.slot)
	}
}
