package host

import (
	"cmp"
	"path"
	"slices"
	"syscall"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// A Link is a process that a stop signal may have to pass on its way to another.
type Link struct {
	proc.Process
	Signals proc.Signals
	Command []string // empty where it cannot be read
	Inner   int      // its pid in its own PID namespace: 1 for the first process of a container
	Depth   int      // how many namespaces that one is below the one of /proc
}

// is says whether the program is one of these kinds.
func (l Link) is(kinds ...programs.Kind) bool {
	k := programs.Running(l.Name, func() []string { return l.Command })
	return slices.Contains(kinds, k)
}

// words are the command line, or of a process that hides it the name alone.
func (l Link) words() []string {
	if len(l.Command) == 0 {
		return []string{l.Name}
	}
	return l.Command
}

// title is what the process runs, for people: without its arguments, which may hold
// what nobody should read in a log.
func (l Link) title() string {
	switch {
	case !l.is(programs.Shell):
	case programs.Inline(l.Command):
		return l.Name + " -c"
	case programs.Script(l.Command) != "":
		return l.Name + " " + path.Base(programs.Script(l.Command))
	}
	return l.Name
}

// catches says whether the process hears TERM: by a handler, or by waiting for it.
func (l Link) catches() bool {
	return l.Signals.Caught.Has(syscall.SIGTERM) || l.Signals.Blocked.Has(syscall.SIGTERM)
}

// limit is the time after which timeout(1) ends its command, as it was typed.
func (l Link) limit() string { return cmp.Or(programs.Limit(l.Command), "the time it was given") }
