package pid1

import (
	"syscall"
	"time"
)

// An Aim says who gets a signal.
type Aim int

const (
	AimWorker Aim = iota // the nearest processes that catch it, or else the command
	AimGroup             // the command's whole process group, as tini -g
	AimChild             // the command and no other, as dumb-init -c
)

// Options is how an init works. The zero value is a good one.
type Options struct {
	// Name is what it calls itself in what it says. Default: tasuki-init.
	Name string

	// Aim says who gets signals. Default: the worker.
	Aim Aim

	// Rewrite names for a signal that comes the one that is passed on; 0 passes none on.
	Rewrite map[syscall.Signal]syscall.Signal

	// Zero are exit codes in place of which the init ends with 0. A death by signal n is
	// 128+n.
	Zero []int

	// ParentDeath is the signal that the kernel sends to the init when its parent has
	// ended. 0: none.
	ParentDeath syscall.Signal

	// Grace is the time from SIGTERM to SIGKILL that the platform allows. What still runs
	// shortly before its end is ended by the init. 0: unknown, and then the platform does it.
	Grace time.Duration

	// Linger is how long processes may go on that the command left behind when it ended
	// without having been asked to stop; then they are asked. Default: 10 s. Negative:
	// they are asked at once.
	Linger time.Duration

	// Verbosity: -1 says only why the init itself fails, 0 warnings too, 1 what it does, 2
	// each signal.
	Verbosity int

	// Troubles are warnings to begin with, such as of variables that cannot be read.
	Troubles []string

	// Reaped says a warning for each process but the command that is reaped, as tini -w.
	Reaped bool
}

// DefaultLinger is the Linger of an Options that says none.
const DefaultLinger = 10 * time.Second

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "tasuki-init"
	}
	switch {
	case o.Linger == 0:
		o.Linger = DefaultLinger
	case o.Linger < 0:
		o.Linger = 0
	}
	return o
}

// rewritten is the signal that is passed on in place of sig; 0: none.
func (o Options) rewritten(sig syscall.Signal) syscall.Signal {
	if to, ok := o.Rewrite[sig]; ok {
		return to
	}
	return sig
}

// stopSignal is what a process gets that is to stop.
func (o Options) stopSignal() syscall.Signal {
	if sig := o.rewritten(syscall.SIGTERM); sig != 0 {
		return sig
	}
	return syscall.SIGTERM
}

// code is the exit code of the init for one of the command.
func (o Options) code(code int) int {
	for _, zero := range o.Zero {
		if code == zero {
			return 0
		}
	}
	return code
}

func set(names ...string) map[string]bool {
	s := make(map[string]bool)
	for _, name := range names {
		s[name] = true
	}
	return s
}
