package supervise

import (
	"fmt"
	"time"
)

// stable is how long a worker has to live for its failures before to be forgotten.
const stable = time.Minute

// exitConfig is what a program answers that cannot work as it is configured (EX_CONFIG);
// starting it again changes nothing.
const exitConfig = 78

// lives notes a worker that was started. One of which it is not known how is told as others
// are now.
func (p *plan) lives(w *process) {
	if w.manner == (manner{}) {
		w.manner = p.cfg.Worker.manner()
	}
	w.slot.living = append(w.slot.living, w)
	p.generation = max(p.generation, w.generation)
}

// told notes what a worker said of itself.
func (p *plan) told(w *process, r report, now time.Time) {
	p.now = now
	w.report, w.reported = r, now
	if r.Ready {
		w.unready = false // it said so before it heard that it should stop
	}
	early := w.phase == starting || w.phase == working && now.Sub(w.readyAt) < silence // a title may be old
	switch {
	case !early || !w.stays():
	case w.adopted && (r.State == "quiet" || r.State == "stopping" || r.State == "leaving"):
		p.foundGoing(w, r.State)
	case w.phase == starting && (r.Ready || w.adopted && r.State == "working"): // it may have said that it is ready when nobody heard it
		p.becameReady(w)
	}
}

// titled notes what a worker's title shows.
func (p *plan) titled(w *process, busy int, quiet bool, now time.Time) {
	r := w.report
	r.Busy, r.Ready, r.State = busy, true, "working"
	if quiet {
		r.State = "quiet"
	}
	p.told(w, r, now)
	switch {
	case w.phase != quieted || busy > 0 || !quiet:
		w.idleAt = time.Time{}
	case w.idleAt.IsZero():
		w.idleAt = now
	}
}

// gone notes the end of a worker.
func (p *plan) gone(w *process, e exit, now time.Time) {
	p.now = now
	s := w.slot
	s.drop(w)
	s.last = w.title() + fmt.Sprintf("%v after %v", e, now.Sub(w.started).Round(time.Millisecond))
	switch {
	case p.stops(), w.phase == stopping, w.phase == quieted:
	case e.fled:
		s.broken = s.last + ": " + fled
		p.fallBack(s, s.broken)
	case e.config() && w.stays():
		s.broken = s.last + ": it cannot work as it is configured"
		p.failed(s, s.broken)
	case w.phase == starting && w.stays() && e == (exit{}):
		p.failed(s, s.last+", before it was ready (hint: a program that is supervised stays in the foreground)")
	case w.phase == starting && w.stays():
		p.failed(s, s.last+", before it was ready")
	case now.Sub(w.started) < stable:
		p.crashed(w)
	default:
		s.failures, s.notBefore = 0, time.Time{}
	}
}

// crashed is for a worker that was ready and ended by itself too soon. The first time it
// may have been bad luck; a new version that does it again is bad.
func (p *plan) crashed(w *process) {
	s := w.slot
	s.notBefore = p.now.Add(backoff(s.failures))
	s.failures++
	if r := p.restart; r.underWay() && w.stays() && w.generation == r.generation && s.failures > 1 {
		p.fallBack(s, s.last+", again")
	}
}

// next is when something is due although nothing happens.
func (p *plan) next() time.Time {
	var at time.Time
	due := func(t time.Time, d time.Duration) {
		if t = t.Add(d); t.After(p.now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, s := range p.slots {
		due(s.notBefore, 0)
		for _, w := range s.living {
			if since, limit := p.given(w); limit > 0 {
				due(since, limit)
			}
			p.dueOf(s, w, due)
		}
	}
	return at
}

// dueOf is what is due of one worker.
func (p *plan) dueOf(s *slot, w *process, due func(time.Time, time.Duration)) {
	switch w.phase {
	case starting:
		due(w.started, p.cfg.Worker.Ready.Alive)
		due(w.started, p.cfg.Restart.ReadyTimeout)
	case working:
		due(w.started, ageOf(p.cfg.Limits.Age, s.number))
		due(w.started, stable)
	case quieted:
		due(w.quietAt, p.cfg.Restart.Drain)
		due(w.quietAt, silence)
		due(w.quietAt, patience)
		if !w.idleAt.IsZero() {
			due(w.idleAt, titleRest)
		}
	case stopping:
		due(w.stopAt, patience)
	}
}
