package supervise

import "time"

// A plan decides what is to be done, from what there is and what time it is. It does
// nothing itself and knows no process; one goroutine owns it.
type plan struct {
	cfg        *Config
	slots      []*slot
	generation int
	restart    *restart     // under way, or the last one
	stopAt     time.Time    // when the stop began
	at         *slot        // whose worker is being replaced
	after      int          // the number of the slot that had the last turn
	waits      string       // why the slot whose turn it is has to wait
	room       func() error // says why there is no room for one more worker beside the others
	orders     []order
	now        time.Time
}

func newPlan(cfg *Config) *plan {
	p := &plan{cfg: cfg, room: func() error { return nil }, after: -1}
	for n := range cfg.Workers {
		p.slots = append(p.slots, &slot{number: n})
	}
	return p
}

// decide answers what is to be done now, and when to ask again; the zero time: when
// something has happened.
func (p *plan) decide(now time.Time) ([]order, time.Time) {
	p.now = now
	if p.stops() {
		p.stopAll()
	} else {
		p.forget()
		p.limits()
		for _, s := range p.slots {
			p.see(s)
		}
		p.turn()
	}
	p.overdue()
	orders := p.orders
	p.orders = nil
	return orders, p.next()
}

func (p *plan) stops() bool { return !p.stopAt.IsZero() }

// stop begins the end of all workers.
func (p *plan) stop(now time.Time) {
	if !p.stops() {
		p.now, p.stopAt = now, now
		p.endRestart(ErrStopped)
	}
}

func (p *plan) stopAll() {
	for _, s := range p.slots {
		for _, w := range s.living {
			p.end(w, "stop")
		}
	}
}

// see sees to a slot: one worker that works, beside it none but those that still end.
func (p *plan) see(s *slot) {
	fresh := s.fresh()
	switch {
	case s.surplus:
		p.retireAll(s)
	case fresh != nil && fresh.phase == starting:
		p.await(s, fresh)
	case fresh != nil:
		p.retireAll(s)
		p.steady(s, fresh)
	case s.takesJobs():
		p.keepOne(s) // the turn sees to a successor
	default:
		p.retireAll(s)
		p.refill(s)
	}
}

func (p *plan) retireAll(s *slot) {
	for _, old := range s.olds() {
		p.retire(old)
	}
}

// keepOne retires all old workers of a slot but one that takes jobs until there is a
// successor: the newest that works.
func (p *plan) keepOne(s *slot) {
	var best *process
	for _, w := range s.olds() {
		if w.takes() && !w.unborn() && (best == nil || w.newer(best)) {
			best = w
		}
	}
	for _, w := range s.olds() {
		if w != best {
			p.retire(w)
		}
	}
}

// steady forgets what went wrong before a worker that has lived for long enough.
func (p *plan) steady(s *slot, w *process) {
	if s.failures > 0 && w.phase == working && p.now.Sub(w.started) >= stable {
		s.failures, s.notBefore = 0, time.Time{}
	}
}

// refill starts a worker in a slot of which none takes jobs any more.
func (p *plan) refill(s *slot) {
	switch {
	case len(s.living) == 0 && p.crowd() < p.cfg.Workers+p.cfg.Restart.Surge:
		p.start(s, "the slot is empty")
	case len(s.living) > 0 && !p.stopFirst() && p.crowded(s) == nil:
		p.start(s, s.olds()[0].retire)
	}
}

// start has a worker started, unless the slot has to wait.
func (p *plan) start(s *slot, why string) {
	if !p.barred(s) && !p.ordered(s) {
		p.orders = append(p.orders, order{do: "start", slot: s, why: why})
	}
}

// barred says whether no worker may be started in a slot for now.
func (p *plan) barred(s *slot) bool {
	return s.broken != "" || s.hidden != "" || s.surplus || p.now.Before(s.notBefore)
}

// ordered says whether a start in this slot has been asked for already.
func (p *plan) ordered(s *slot) bool {
	for _, o := range p.orders {
		if o.do == "start" && o.slot == s {
			return true
		}
	}
	return false
}

// crowd is how many workers there are and will be by the orders given.
func (p *plan) crowd() (n int) {
	for _, s := range p.slots {
		n += len(s.living)
		if s.hidden != "" {
			n++
		}
	}
	for _, o := range p.orders {
		if o.do == "start" {
			n++
		}
	}
	return n
}

// forget drops slots that are no more, once they are empty.
func (p *plan) forget() {
	kept := p.slots[:0]
	for _, s := range p.slots {
		if !s.surplus || len(s.living) > 0 || s.hidden != "" {
			kept = append(kept, s)
		}
	}
	clear(p.slots[len(kept):])
	p.slots = kept
}
