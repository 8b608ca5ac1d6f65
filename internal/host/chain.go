package host

import (
	"slices"
	"syscall"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// chain is what stands above a process, the topmost first. Whoever ends meanwhile makes
// it look again.
func chain(pid int) (links []Link, err error) {
	for range 3 {
		if links, err = lookUp(pid); err == nil {
			break
		}
	}
	return links, err
}

func lookUp(pid int) ([]Link, error) {
	above, err := proc.Ancestors(pid)
	if err != nil {
		return nil, err
	}
	links := make([]Link, 0, len(above))
	for _, p := range above {
		l := Link{Process: p}
		if l.Signals, err = proc.ReadSignals(p.PID); err != nil {
			return nil, err
		}
		l.Command, _ = proc.Command(p.PID) // another user's may be hidden
		if l.Inner, l.Depth, err = space(p.PID); err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	slices.Reverse(links)
	return links, nil
}

// space is a process' pid in its own PID namespace, and how far below that one is.
func space(pid int) (inner, depth int, err error) {
	pids, err := proc.Spaces(pid)
	return pids[len(pids)-1], len(pids) - 1, err
}

// contained are the links that share a container with the process, the container's first
// process first, where that is looked at from outside: whatever stops a container signals
// that one. nil: it is in none, or is its first process itself.
func (s Subject) contained(links []Link) []Link {
	_, depth, err := space(s.PID)
	if err != nil || depth == 0 {
		return nil
	}
	for i, l := range links {
		if l.Depth == depth {
			return links[i:]
		}
	}
	return nil
}

// outside says whether the process is in a container, and looked at from outside of it.
func (s Subject) outside() bool {
	_, depth, err := space(s.PID)
	return err == nil && depth > 0
}

// path is the part of the chain that a stop signal has to pass: from the process that gets
// the platform's, or from a supervisor of ours, which looks at its own place by itself. It is
// empty where each process is signalled by itself, or nobody is known to send one: below
// a person's own shell, beside a container's own program.
func (s Subject) path(links []Link) []Link {
	if len(links) == 0 {
		return nil
	}
	if s.outside() {
		if links = s.contained(links); links == nil {
			return nil
		}
	}
	switch top := links[0]; {
	case top.Inner == 1 && top.PID != 1:
	case top.PID == 1 && (top.is(programs.Manager) || top.Name == "init"):
		return nil
	case top.PID != 1 && s.first() != "pause":
		return nil
	}
	if slices.ContainsFunc(links, Link.byHand) {
		return nil
	}
	for i, l := range slices.Backward(links) {
		if l.is(programs.OurSupervisor) {
			return links[i:]
		}
	}
	return links
}

// byHand finds a shell that a person types into: those ignore TERM.
func (l Link) byHand() bool { return l.is(programs.Shell) && l.Signals.Ignored.Has(syscall.SIGTERM) }

// first is the name of the first process that can be seen: in a pod whose containers
// share their processes it is another container's.
func (s Subject) first() string {
	p, err := proc.Read(1)
	if err != nil {
		return ""
	}
	return p.Name
}

// A reach is how far an init of ours above carries a stop signal.
type reach int

const (
	toChild  reach = iota // there is none: each process has to pass the signal on
	toRest                // to its child alone, and when that has ended to those that are left
	toWorker              // to the worker itself
)

// judge finds the traps on the path of a stop signal.
func (s Subject) judge(path []Link) []Trap {
	var traps []Trap
	var r reach
	for i, l := range path {
		if l.is(programs.OurInit) {
			r = s.reach(l)
		}
		var above *Link
		if i > 0 {
			above = &path[i-1]
		}
		if above != nil && l.is(programs.Shell) && above.is(programs.Shell, programs.Runner) {
			continue // said of the one above, whose cure is this one's too
		}
		if t, ok := s.trap(l, above, r); ok {
			t.PID, t.Program = l.PID, l.title()
			traps = append(traps, t)
		}
	}
	return traps
}

func (s Subject) reach(init Link) reach {
	if programs.Narrow(init.words(), s.Env) {
		return toRest
	}
	return toWorker
}

const useExec = "name the worker itself in CMD as a JSON array, or put exec in front of it; or put tasuki init in front of all"

// trap judges one link.
func (s Subject) trap(l Link, above *Link, r reach) (Trap, bool) {
	switch {
	case l.is(programs.OurSupervisor, programs.Manager):
		return Trap{}, false
	case l.is(programs.OurInit, programs.Init, programs.Services):
		return broadcastTrap, programs.Broadcasts(l.words(), s.Env)
	case l.is(programs.Runner):
		return runnerBelow(r), r != toWorker
	case l.is(programs.Switcher):
		return switcherTrap, r != toWorker
	case l.is(programs.Timer):
		t := timerTrap
		t.Effect = "the worker is stopped after " + l.limit() + ", whatever it is doing"
		return t, true
	case l.is(programs.Shell) && l.Signals.Caught.Has(syscall.SIGTERM):
		return trappedShell, true
	case l.is(programs.Shell):
		return shellTrap(l, above), r == toChild
	}
	return deafTrap(l, above), !l.catches() && r == toChild
}

// runnerBelow is the trap of a package runner, which an init of ours outlives.
func runnerBelow(r reach) Trap {
	t := runnerTrap
	if r == toRest {
		t.Effect = "it does not pass the stop signal on; the worker hears of it only shortly before the end of the grace, or not at all"
		t.Hint = "leave out -c and DUMB_INIT_SETSID, so that tasuki init signals the worker itself; or start the worker's own program"
	}
	return t
}

// shellTrap says what becomes of a stop signal at a shell without a trap.
func shellTrap(l Link, above *Link) Trap {
	t := Trap{Name: "shell", Grave: true, What: "a shell stands in front of this process and passes no signal on", Hint: useExec}
	t.Effect = deafness(l, above)
	return t
}

// deafTrap is that of any other program that does not hear TERM.
func deafTrap(l Link, above *Link) Trap {
	return Trap{Name: "deaf", Grave: true, What: "a program stands in front of this process and passes no signal on",
		Effect: deafness(l, above), Hint: "start the worker itself; or put tasuki init in front of all"}
}

// deafness is what comes of a stop signal at a process that has no handler for it: as
// PID 1 the kernel drops it; below an init the process dies of it, and the init ends.
func deafness(l Link, above *Link) string {
	switch {
	case l.PID == 1, l.Inner == 1:
		return "the stop signal never arrives; when the platform's grace is over all jobs are killed"
	case l.Signals.Ignored.Has(syscall.SIGTERM):
		return "the stop signal ends there; when the platform's grace is over all jobs are killed"
	case above == nil, above.is(programs.Init, programs.Services):
		return "at the stop signal it ends at once, the container with it, and all jobs are killed within milliseconds"
	}
	return "the stop signal does not reach the worker; all jobs are killed"
}

var (
	trappedShell = Trap{Name: "shell-trap", Grave: true, What: "a shell with a trap of its own stands in front of this process",
		Effect: "it cannot be seen whether it passes the stop signal on and then waits until the worker has ended", Hint: useExec}
	runnerTrap = Trap{Name: "package-runner", Grave: true, What: "a package runner stands in front of this process",
		Effect: "it does not pass the stop signal on and ends half a second after it; all jobs are killed then", Hint: "start the worker's own program; or put tasuki init in front of all"}
	switcherTrap = Trap{Name: "su", Grave: true, What: "a program that changes the user stands in front of this process and kills it",
		Effect: "it kills the worker 2 s after the stop signal", Hint: "use setpriv, gosu, su-exec or the image's USER: they leave nothing in front of the worker"}
	timerTrap = Trap{Name: "timeout", Grave: true, What: "timeout stands in front of this process",
		Hint: "leave it out; a worker that shall be replaced now and then is stopped by its supervisor, with time to hand its jobs over"}
	broadcastTrap = Trap{Name: "broadcast", What: "the init signals all processes of the container",
		Effect: "programs that jobs have started are told to end at the same time as the worker", Hint: "dumb-init --single-child, tini without -g, or tasuki init signal the worker alone"}
)
