package supervise

import (
	"fmt"
	"syscall"
	"time"
)

// How long a worker may say nothing after it went quiet before it counts as one that does
// not tell its jobs, and how long one of ours that never was ready may take to stop.
const (
	silence      = 10 * time.Second
	unreadyLimit = time.Minute
)

// retire lets an old worker end after its jobs: it goes quiet first if it can, and gets
// its stop signal when it has none left, or its time is over.
func (p *plan) retire(w *process) {
	c := p.cfg
	switch {
	case w.phase == stopping:
	case w.unborn():
		w.unready = true
		p.end(w, w.retire)
	case w.takes() && w.manner.Quiet > 0:
		p.quiet(w, w.retire)
	case w.takes():
		p.end(w, w.retire)
	case w.idle(p.now), !p.tells(w):
		p.end(w, w.retire)
	case c.Restart.Drain > 0 && p.now.Sub(w.quietAt) >= c.Restart.Drain:
		p.end(w, w.retire+", and its jobs have had "+c.Restart.Drain.String())
	}
}

// tells says whether it is worth while to wait for a quiet worker to say that it has no
// jobs.
func (p *plan) tells(w *process) bool {
	h := w.habits()
	return w.report.Busy >= 0 || (h.title || h.tells) && p.now.Sub(w.quietAt) < silence
}

// quiet tells a worker to take no more jobs.
func (p *plan) quiet(w *process, why string) {
	w.phase, w.quietAt, w.idleAt = quieted, p.now, time.Time{}
	p.tell(w, why)
}

// end gives a worker its stop signal, once.
func (p *plan) end(w *process, why string) {
	if w.phase != stopping {
		w.phase, w.stopAt = stopping, p.now
		p.tell(w, why)
	}
}

// tell sends a worker the signal of its phase.
func (p *plan) tell(w *process, why string) {
	signal := w.manner.Resume
	switch w.phase {
	case quieted:
		signal = w.manner.Quiet
	case stopping:
		signal = w.manner.Stop
	}
	if signal > 0 {
		p.orders = append(p.orders, order{do: "signal", of: w, signal: signal, why: why})
	}
}

// overdue kills workers that have had their stop signal for longer than they may.
func (p *plan) overdue() {
	for _, s := range p.slots {
		for _, w := range s.living {
			since, limit := p.given(w)
			if limit == 0 || !w.killed.IsZero() || p.now.Sub(since) < limit {
				continue
			}
			w.killed, w.given = p.now, p.now.Sub(since)
			p.orders = append(p.orders, order{do: "kill", of: w, signal: syscall.SIGKILL, why: "it was given " + w.given.Round(time.Millisecond).String()})
		}
	}
}

// given is since when a worker has to end and how long it may take; 0: for ever.
func (p *plan) given(w *process) (since time.Time, limit time.Duration) {
	c := p.cfg
	switch {
	case w.phase != stopping:
		return since, 0
	case p.stops():
		return p.stopAt, c.Timeout
	case w.unready && w.habits().tells:
		return w.stopAt, max(unreadyLimit, c.Timeout)
	case c.Timeout == 0, w.manner.Quiet <= 0 && c.Restart.Drain == 0:
		return since, 0
	case w.manner.Quiet <= 0: // it drains since it was told to stop
		return w.stopAt, c.Restart.Drain + c.Timeout
	}
	return w.stopAt, c.Timeout
}

// limits finds workers that are to be replaced without a restart.
func (p *plan) limits() {
	for _, s := range p.slots {
		w := s.fresh()
		if w == nil || w.phase != working || p.restart.underWay() {
			continue
		}
		l := p.cfg.Limits
		switch {
		case l.Memory > 0 && w.resident > l.Memory:
			w.retire = fmt.Sprintf("it has %d MB in memory, more than %d", w.resident>>20, l.Memory>>20)
			p.tooLarge(s, w)
		case l.Age > 0 && p.now.Sub(w.started) >= ageOf(l.Age, s.number):
			w.retire = "it is " + p.now.Sub(w.started).Round(time.Second).String() + " old"
		case l.Jobs > 0 && w.report.Done >= l.Jobs:
			w.retire = fmt.Sprintf("it has ended %d jobs", w.report.Done)
		}
	}
}

// tooLarge has a slot wait, longer and longer, whose workers are over the limit soon after
// their start: the next one will be too. This one goes on meanwhile.
func (p *plan) tooLarge(s *slot, w *process) {
	if lived := p.now.Sub(w.started); lived < stable {
		w.retire += ", " + lived.Round(time.Second).String() + " after its start (hint: is the limit too low?)"
		s.notBefore = p.now.Add(backoff(s.failures))
		s.failures++
	}
}

// ageOf is the age of a slot's workers: up to a tenth less than allowed.
func ageOf(limit time.Duration, slot int) time.Duration {
	return limit - limit/10*time.Duration(slot%10)/10
}
