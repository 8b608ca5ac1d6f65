package chain

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

// A judge says what a script's shell does to a stop signal for a program that it has started.
type judge struct {
	f    frame
	trap trap // what is set at the script's end
}

// does says what becomes of the signal; luck: only on this base image.
func (j judge) does(s *stop) (trap Trap, luck bool) {
	switch {
	case s.piped:
		return Pipe, false
	case s.background:
		return j.behind(s), false
	case s.exec:
		return None, false
	case s.trapped && j.f.file:
		return TrapForeground, false
	case s.trapped && s.last: // -c strings too: a shell with a trap has to stay
		return TrapForeground, false
	case j.f.file:
		return NotExec, false
	}
	return s.stays(j.f.family)
}

// behind says what becomes of a program in the background: what the trap for TERM does to
// it, and what the script does meanwhile.
func (j judge) behind(s *stop) Trap {
	r := j.trap
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
