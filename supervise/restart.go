package supervise

import (
	"errors"
	"fmt"
	"time"
)

// ErrStopped: the supervisor was told to stop meanwhile.
var ErrStopped = errors.New("the supervisor stops")

// A restart is one replacement of all workers. Another one that begins meanwhile joins it.
type restart struct {
	began      time.Time
	generation int
	stopFirst  bool
	proven     bool  // a new worker has become ready
	trial      *slot // whose old worker ends first while nothing is proven
	ended      time.Time
	err        error
}

func (r *restart) underWay() bool { return r != nil && r.ended.IsZero() }

// patience is how long the turn stays at a slot whose old worker ends first; busy ones
// end while others have their turn.
const patience = 2 * time.Second

const reasonRestart = "restart"

// begin has all workers replaced by new ones. What a restart under way has already
// started is replaced too: it may be older than what is to run now.
func (p *plan) begin(now time.Time, stopFirst bool) *restart {
	p.now = now
	if p.stops() {
		return &restart{began: now, ended: now, err: ErrStopped}
	}
	p.generation++
	if !p.restart.underWay() {
		p.restart = &restart{began: now}
	}
	r := p.restart
	r.generation, r.stopFirst, r.proven, r.trial = p.generation, stopFirst || p.cfg.Restart.StopFirst, false, nil
	for _, s := range p.slots {
		s.broken, s.notBefore, s.failures = "", time.Time{}, 0
		if w := s.fresh(); w != nil {
			w.retire = reasonRestart
		}
	}
	p.at = nil
	return r
}

// stopFirst says whether old workers end before their successors start.
func (p *plan) stopFirst() bool { return p.restart.underWay() && p.restart.stopFirst }

// turn replaces workers that are to go, one slot after the other.
func (p *plan) turn() {
	p.waits = ""
	for range len(p.slots) + 1 {
		if p.at == nil && !p.choose() {
			break
		}
		if !p.replace(p.at) {
			return
		}
		p.at = nil
	}
	if p.restart.underWay() {
		p.conclude()
	}
}

// choose finds the next slot whose workers are all to go, and one takes jobs. While
// nothing is proven and the old one ends first, that is the one with the fewest jobs.
func (p *plan) choose() bool {
	n := len(p.slots)
	for i := range n {
		s := p.slots[(p.place()+i)%n]
		if s.surplus || s.fresh() != nil || !s.takesJobs() || p.barred(s) {
			continue
		}
		if p.at == nil || p.stopFirst() && !p.restart.proven && s.busy() < p.at.busy() {
			p.at = s
		}
	}
	if p.at != nil {
		p.after = p.at.number
	}
	return p.at != nil
}

// place is the index of the slot that comes next.
func (p *plan) place() int {
	for i, s := range p.slots {
		if s.number > p.after {
			return i
		}
	}
	return 0
}

// replace goes on with the replacement of a slot's worker and says whether the next slot
// has its turn.
func (p *plan) replace(s *slot) bool {
	if fresh := s.fresh(); fresh != nil {
		return fresh.ready()
	}
	if p.barred(s) || len(s.living) == 0 {
		return !p.now.Before(s.notBefore) // a start that failed is tried again
	}
	if p.stopFirst() {
		return p.goFirst(s)
	}
	why := p.crowded(s)
	switch {
	case why == nil:
		p.start(s, s.olds()[0].retire)
		return false
	case errors.Is(why, errMemory), errors.Is(why, errSurge) && !p.untried():
		return p.goFirst(s)
	}
	p.waits = why.Error()
	return p.restart.underWay() && p.restart.proven
}

// untried says whether a new version has yet to show that it works. It does so beside the
// old ones: places that those take which still end come free with their jobs, but a worker
// that was ended for a version that does not start would be missed.
func (p *plan) untried() bool { return p.restart.underWay() && !p.restart.proven }

// conclude ends a restart when each slot has a worker of the newest generation that is
// ready, or cannot have one.
func (p *plan) conclude() {
	for _, s := range p.slots {
		if s.hidden != "" {
			continue
		}
		if w := s.fresh(); !s.surplus && (w == nil || !w.ready() || w.generation < p.restart.generation) {
			return
		}
	}
	var err error
	for _, s := range p.slots {
		if s.hidden != "" && !s.surplus {
			err = fmt.Errorf("slot %s could not be restarted: %s", s.name(), s.hidden)
		}
	}
	p.endRestart(err)
}

func (p *plan) endRestart(err error) {
	if r := p.restart; r.underWay() {
		r.ended, r.err = p.now, err
	}
}
