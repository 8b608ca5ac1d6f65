package host

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A Subject is a process whose place is looked at.
type Subject struct {
	PID     int
	Env     func(name string) string // its environment
	Timeout time.Duration            // how long its own stop may take
	Root    string                   // in front of the paths of what is not a process: /sys, /run, /proc/PID/cgroup; default none

	born proc.Signals // what it does with signals, or did before it set its handlers
}

// Myself is this process. It is to be asked for before the process handles signals:
// then it is known what it was given.
func Myself() Subject {
	s := Subject{PID: os.Getpid(), Env: os.Getenv}
	s.born, _ = proc.ReadSignals(s.PID)
	return s
}

// Live is another process of this machine. Its environment can be read by its owner
// alone; to others it looks empty.
func Live(pid int, timeout time.Duration) Subject {
	born, _ := proc.ReadSignals(pid)
	text, _ := os.ReadFile(procPath(pid, "environ"))
	env := map[string]string{}
	for entry := range strings.SplitSeq(string(text), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return Subject{PID: pid, Env: func(name string) string { return env[name] }, Timeout: timeout, born: born}
}

// A Report is what a look at a process' place found.
type Report struct {
	Traps []Trap
	Stop  Stop  // how long a stop takes, and how long it may
	Unit  *Unit // of systemd; nil: the process is in none, or that is its supervisor's
	Blind error // why processes could not be looked at; nil: they could
}

// Look looks at what stands between a process and the end of its jobs. It changes nothing
// and fails nowhere: what cannot be read is left out. ctx bounds the one call to another
// program, systemctl, which is made only under systemd.
func Look(ctx context.Context, s Subject) Report {
	var r Report
	links, err := chain(s.PID)
	if runtime.GOOS == "linux" {
		r.Blind = err // elsewhere nobody expects it to see
	}
	path := s.path(links)
	r.Traps = append(s.judge(path), s.own()...)
	if t, ok := s.together(); ok {
		r.Traps = append(r.Traps, t)
	}
	if s.Env("TASUKI_SLOT") == "" && !s.outside() { // otherwise the unit is the supervisor's, which looks by itself, or the container's
		r.askSystemd(ctx, s, links)
	}
	g, err := s.grace(r.Unit, path)
	r.Stop = weigh(s.Timeout, g, err)
	return r
}

func (r *Report) askSystemd(ctx context.Context, s Subject, links []Link) {
	u, err := s.unit(ctx)
	switch {
	case err == nil:
		r.Unit = &u
		r.Traps = append(r.Traps, s.judgeUnit(u, links)...)
	case !errors.Is(err, errNoUnit):
		t := unasked
		t.Effect = err.Error()
		r.Traps = append(r.Traps, t)
	}
}

var unasked = Trap{Name: "systemd", What: "systemd could not be asked how long it waits for this process",
	Hint: "set TASUKI_GRACE to the unit's TimeoutStopSec to have it checked"}

// Log writes what was found, a line each.
func (r Report) Log(log *slog.Logger) {
	for _, t := range r.Traps {
		t.Log(log)
	}
	if r.Blind != nil {
		log.Info("what stands above this process cannot be seen; no trap was looked for there", slog.Any("error", r.Blind))
	}
	r.Stop.Log(log)
}
