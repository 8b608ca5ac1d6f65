package supervise

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Kind is a family of worker programs.
type Kind string

// The kinds that are known.
const (
	// Tasuki is a program that runs tasuki.Main: it tells how many jobs it has, goes quiet
	// on TSTP and back on CONT.
	Tasuki Kind = "tasuki"
	// Sidekiq is Ruby's Sidekiq: TSTP makes it quiet for good, and its title in the list of
	// processes tells how many jobs it has.
	Sidekiq Kind = "sidekiq"
	// DelayedJob is `bin/delayed_job run`: it ends by itself after its job when it is told
	// to stop.
	DelayedJob Kind = "delayed_job"
	// Other is any other program.
	Other Kind = "other"
)

// none is no signal.
const none = syscall.Signal(-1)

// habits are what a kind understands.
type habits struct {
	stop, quiet, resume syscall.Signal
	ready               Ready
	title               bool // its title tells how many jobs it has
	tells               bool // it says itself how many
}

func (k Kind) habits() habits {
	switch k {
	case Tasuki:
		return habits{stop: syscall.SIGTERM, quiet: syscall.Signal(20), resume: syscall.Signal(18), ready: Ready{Notify: true}, tells: true}
	case Sidekiq:
		return habits{stop: syscall.SIGTERM, quiet: syscall.Signal(20), resume: none, ready: Ready{Notify: true}, title: true}
	case DelayedJob:
		return habits{stop: syscall.SIGTERM, quiet: none, resume: none, ready: Ready{Alive: 5 * time.Second}}
	}
	return habits{stop: syscall.SIGTERM, quiet: none, resume: none, ready: Ready{Alive: 2 * time.Second}}
}

// kindOf is what a command looks like. A worker of tasuki has a name of its own; Go's
// linker writes into the program what it was made from.
func kindOf(command []string) Kind {
	if file, err := exec.LookPath(command[0]); err == nil && isTasuki(file) {
		return Tasuki
	}
	for _, word := range command {
		switch filepath.Base(word) {
		case "sidekiq", "sidekiqswarm":
			return Sidekiq
		case "delayed_job", "delayed-job":
			return DelayedJob
		}
	}
	if slices.Contains(command, "jobs:work") { // rake jobs:work
		return DelayedJob
	}
	return Other
}

// isTasuki says whether a program was linked with tasuki.
func isTasuki(file string) bool {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return false
	}
	return info.Main.Path == module || slices.ContainsFunc(info.Deps, func(m *debug.Module) bool { return m.Path == module })
}

const module = "github.com/tasuki-jobs/tasuki"

// sidekiqTitle is the title that Sidekiq gives itself, anew every 5 s. "stopping" says that
// it was quiet by then.
var sidekiqTitle = regexp.MustCompile(`^sidekiq \S+ .*\[(\d+) of (\d+) busy\](.*)`)

// busyIn reads from a process's title how many jobs it has, and whether it takes no more.
func busyIn(title []string) (busy int, stopping, ok bool) {
	m := sidekiqTitle.FindStringSubmatch(strings.Join(title, " "))
	if m == nil {
		return 0, false, false
	}
	n, err := strconv.Atoi(m[1])
	return n, strings.Contains(m[3], "stopping"), err == nil
}
