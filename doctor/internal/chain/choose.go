package chain

import (
	"cmp"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// choose finds among the programs that a script starts the worker: the first that the
// shell gets in the way of, or else the first; if there is none, the last program counts.
func (t *tour) choose() run {
	var best *run
	last := run{chain: &Chain{Env: map[string]deploy.Text{}}, offset: -1}
	for _, s := range t.stops {
		trap, luck := t.judge(s)
		r := run{chain: s.chain, trap: trap, luck: luck, at: s.at, lead: s.lead, next: s.next, more: !s.last || s.again, offset: s.offset}
		last = r
		if r.chain.Worker != nil && (best == nil || r.worse(best)) {
			best = &r
		}
	}
	if best == nil {
		last.trap = None
		last.chain = t.unfollowed(last.chain)
		return last
	}
	return *best
}

// unfollowed is the last program that a script starts, with why another one could not be
// followed that may have been the worker.
func (t *tour) unfollowed(last *Chain) *Chain {
	c := *last
	for i := len(t.stops) - 1; i >= 0 && c.Open == ""; i-- {
		c.Open = t.stops[i].chain.Open
	}
	c.Open = cmp.Or(c.Open, t.open)
	return &c
}

// worse says whether it is the more telling one of two workers that a script starts.
func (r *run) worse(best *run) bool { return r.severity() > best.severity() }

func (r *run) severity() int {
	_, inner := r.chain.Trapped()
	switch {
	case r.trap != None && !r.luck:
		return 3
	case inner != nil && !inner.Luck:
		return 2
	case r.trap != None || inner != nil:
		return 1
	}
	return 0
}

// judge says what the shell does to a signal for the program.
func (t *tour) judge(s *stop) (trap Trap, luck bool) {
	switch {
	case s.piped:
		return Pipe, false
	case s.background:
		return t.behind(s), false
	case s.exec:
		return None, false
	case s.trapped && t.f.file:
		return TrapForeground, false
	case s.trapped && s.last: // -c strings too: a shell with a trap has to stay
		return TrapForeground, false
	case t.f.file:
		return NotExec, false
	}
	return s.stays(t.f.family)
}

// behind says what becomes of a program in the background: what the trap for TERM does to
// it, and what the script does meanwhile.
func (t *tour) behind(s *stop) Trap {
	r := t.trap
	if s.waits.n > 0 {
		r = s.waits.trap
	}
	switch {
	case !r.term || r.ignores:
		return Background
	case r.passes && r.waits:
		return None
	case r.exits:
		return TrapExits
	case !r.passes && s.waits.n > 0:
		return TrapExits // what the trap does is of no use, and its wait is over
	case !r.passes:
		return Background
	case s.waits.n == 0:
		return TrapForeground
	case s.waits.fatal, s.waits.n == 1 && !s.waits.loop:
		return WaitOnce
	}
	return None
}

// stays says whether a shell stays in front of the last command of its string: dash always
// does; bash makes room for a plain one, busybox for others too, mksh for one without
// anything around it.
func (s *stop) stays(family deploy.Family) (trap Trap, luck bool) {
	switch {
	case !s.last:
		return NotExec, false
	case family == deploy.Ash, family == "":
		return NotExec, true
	case family == deploy.Bash && s.redirected && !s.nested:
		return Redirect, false
	case family == deploy.Bash && !s.nested:
		return NotExec, true
	case family == mksh && !s.nested && !s.redirected && s.lead == "" && s.alone:
		return NotExec, true
	}
	return NotExec, false
}
