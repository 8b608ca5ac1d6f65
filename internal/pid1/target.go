//go:build linux

package pid1

import (
	"syscall"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// A family is what /proc said at one moment of the processes below the init.
type family struct {
	below   map[int][]proc.Process // by parent
	signals func(pid int) (proc.Signals, error)
	command func(pid int) ([]string, error)
}

func newFamily(all []proc.Process) *family {
	f := &family{below: make(map[int][]proc.Process), signals: proc.ReadSignals, command: proc.Command}
	for _, p := range all {
		if !p.Ended() {
			f.below[p.Parent] = append(f.below[p.Parent], p)
		}
	}
	return f
}

// A target is a process that is to get a signal.
type target struct {
	proc.Process
	how waiting
}

// A waiting is how a process takes a signal.
type waiting int

const (
	byDefault waiting = iota // it does not wait for it to do work of its own
	blocked                  // it blocks it, so it may be one that takes it by sigwait(3)
	caught                   // it has a handler
)

// nearest are the processes at or below p that are there to get sig: those that catch
// it and have none above them that does. Programs that a worker started are never among
// them.
func (f *family) nearest(p proc.Process, sig syscall.Signal) []target {
	how := f.waits(p, sig)
	if how != byDefault && !f.passesOn(p) {
		return []target{{p, how}}
	}
	var found []target
	for _, child := range f.below[p.PID] {
		found = append(found, f.nearest(child, sig)...)
	}
	if len(found) == 0 && how != byDefault {
		return []target{{p, byDefault}}
	}
	return found
}

// waits says how p takes a signal. Shells catch SIGINT for themselves; they mean it only
// with a trap, and traps are for SIGTERM too. They block signals while they start a
// program. Other programs that block one take it by sigwait(3) or signalfd(2), some inits
// in a way that does not show. Who is made quiet by SIGTSTP is woken by SIGCONT.
func (f *family) waits(p proc.Process, sig syscall.Signal) waiting {
	s, err := f.signals(p.PID)
	switch {
	case err != nil:
		return byDefault
	case programs.Named(p.Name) == programs.Init:
		return caught
	case s.Caught.Has(sig) && (sig != syscall.SIGINT || s.Caught.Has(syscall.SIGTERM)):
		return caught
	case s.Caught.Has(sig) && f.kind(p) != programs.Shell:
		return caught
	case sig == syscall.SIGCONT && s.Caught.Has(syscall.SIGTSTP):
		return caught
	case s.Blocked.Has(sig) && f.kind(p) != programs.Shell:
		return blocked
	}
	return byDefault
}

// passesOn says whether p takes a signal for what it started and not for work of its own.
// Some kill that on the signal, some pass it on to a shell that does not, so they are
// passed by where a worker is below.
func (f *family) passesOn(p proc.Process) bool {
	switch f.kind(p) {
	case programs.Init, programs.Runner, programs.Switcher:
		return true
	}
	return false
}

// kind is what p is among programs that start others.
func (f *family) kind(p proc.Process) programs.Kind {
	return programs.Running(p.Name, func() []string {
		words, _ := f.command(p.PID)
		return words
	})
}

// all are the processes below pid, parents first.
func (f *family) all(pid int) []proc.Process {
	all := append([]proc.Process(nil), f.below[pid]...)
	for i := 0; i < len(all); i++ {
		all = append(all, f.below[all[i].PID]...)
	}
	return all
}
