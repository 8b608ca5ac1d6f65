// Package live looks at a running worker of any kind from outside: what stands above it, what it
// does with signals, its control group, what systemd says of it, how long its stop may take
// beside the time that it has. It sends no signal and changes nothing; the one program that
// it runs is systemctl.
package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// The errors of a process that cannot be looked at.
var (
	ErrGone   = errors.New("there is no such process (hint: pgrep -af NAME lists those that run)")
	ErrHidden = errors.New("the process cannot be seen (hint: /proc shows each user its own alone: look as its user or as root)")
	ErrKernel = errors.New("it is a thread of the kernel (hint: name the worker's own process)")
	ErrProc   = errors.New("processes can be looked at on Linux alone, through /proc")
)

// A Process is one that was seen.
type Process struct {
	PID     int    `json:"pid"`
	Program string `json:"program"` // without what it was given to work on
	TERM    string `json:"term"`    // caught, ignored, blocked (waited for) or default
	INT     string `json:"int"`
}

// A Finding is a trap that a worker stands in.
type Finding struct {
	Trap     string `json:"trap"` // "shell", "grace", …
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Outcome  string `json:"outcome,omitempty"`
	Fix      string `json:"fix,omitempty"`
	PID      int    `json:"pid,omitempty"` // of the process that is the trap
	Program  string `json:"program,omitempty"`

	severity doctor.Severity
}

// A Unit is what systemd says of the service that a worker belongs to.
type Unit struct {
	Name         string   `json:"name"`
	User         bool     `json:"user"`         // of a user's own systemd
	StopTimeout  *float64 `json:"stop_timeout"` // seconds; null: it waits as long as it takes
	KillMode     string   `json:"kill_mode"`
	KillSignal   int      `json:"kill_signal"`
	MainPID      int      `json:"main_pid"`
	Type         string   `json:"type"`
	NotifyAccess string   `json:"notify_access"`
}

// A Report is what was seen of a worker.
type Report struct {
	Process
	User     string    `json:"user"`
	Kind     string    `json:"kind"` // "Sidekiq"; empty: none that is known
	Above    []Process `json:"above"`
	Cgroup   string    `json:"cgroup"`
	Unit     *Unit     `json:"unit"`
	Need     *float64  `json:"need"`  // seconds that a stop takes; null: not known
	Grace    *float64  `json:"grace"` // seconds between stop signal and kill; null: not known, or no end
	Sum      string    `json:"sum"`
	Findings []Finding `json:"findings"`
	Unseen   []string  `json:"unseen"` // what could not be read, and why

	sum *deploy.Sum
}

// Look looks at a process. ctx bounds the call to systemctl.
func Look(ctx context.Context, pid int, o doctor.Options) (*Report, error) {
	before, err := see(pid)
	if err != nil {
		return nil, err
	}
	command, _ := proc.Command(pid)
	if len(command) == 0 && (pid == 2 || before.Parent == 2) {
		return nil, ErrKernel
	}
	r := &Report{Process: process(before, command), User: owner(pid), Above: []Process{}, Findings: []Finding{}, Unseen: []string{}}
	seen := host.Look(ctx, host.Live(pid, 0))
	r.above(pid)
	r.Cgroup = cgroup(pid)
	w := identify(pid, command, o)
	r.Kind = w.name()
	r.blind(pid, seen)
	r.Unit = unitOf(seen.Unit)
	r.judge(before, w, seen)
	if after, err := proc.Read(pid); err != nil || !after.Is(before) || after.Ended() {
		return nil, ErrGone // what was read may be of two processes
	}
	return r, nil
}

// see reads about a process that lives.
func see(pid int) (proc.Process, error) {
	if runtime.GOOS != "linux" {
		return proc.Process{}, ErrProc
	}
	p, err := proc.Read(pid)
	switch {
	case errors.Is(err, os.ErrNotExist) && exists(pid):
		return p, ErrHidden
	case errors.Is(err, os.ErrNotExist):
		return p, ErrGone
	case err != nil:
		return p, fmt.Errorf("read about it: %w", err)
	case p.Ended():
		return p, fmt.Errorf("it has ended already, and waits to be reaped: %w", ErrGone)
	}
	return p, nil
}

// process is what is told of one.
func process(p proc.Process, command []string) Process {
	made := Process{PID: p.PID, Program: title(p.Name, command), TERM: "unknown", INT: "unknown"}
	if s, err := proc.ReadSignals(p.PID); err == nil {
		made.TERM, made.INT = does(s, syscall.SIGTERM), does(s, syscall.SIGINT)
	}
	return made
}

// does is what a process does with a signal.
func does(s proc.Signals, sig syscall.Signal) string {
	switch {
	case s.Caught.Has(sig):
		return "caught"
	case s.Ignored.Has(sig):
		return "ignored"
	case s.Blocked.Has(sig):
		return "blocked"
	}
	return "default"
}

// above lists what stands above, the first process first.
func (r *Report) above(pid int) {
	all, err := proc.Ancestors(pid)
	if err != nil {
		r.Unseen = append(r.Unseen, "what stands above it: "+err.Error())
	}
	for _, p := range all {
		command, _ := proc.Command(p.PID)
		r.Above = append([]Process{process(p, command)}, r.Above...)
	}
}

// blind says what could not be read.
func (r *Report) blind(pid int, seen host.Report) {
	if _, err := os.ReadFile(file(pid, "environ")); errors.Is(err, fs.ErrPermission) {
		r.Unseen = append(r.Unseen, fmt.Sprintf("its environment, which is user %s's: what it says of platform and grace is not known (hint: look as that user or as root)", r.User))
	}
	if seen.Blind != nil && len(r.Unseen) == 0 {
		r.Unseen = append(r.Unseen, "what stands above it: "+seen.Blind.Error())
	}
}

// Worst is the highest severity that was found; 0: nothing was.
func (r *Report) Worst() (worst doctor.Severity) {
	for _, f := range r.Findings {
		worst = max(worst, f.severity)
	}
	return worst
}

// Unread says whether something that matters could not be read.
func (r *Report) Unread() bool { return len(r.Unseen) > 0 }

func unitOf(u *host.Unit) *Unit {
	if u == nil {
		return nil
	}
	made := &Unit{Name: u.Name, User: u.User, KillMode: u.KillMode, KillSignal: u.KillSignal, MainPID: u.MainPID, Type: u.Type, NotifyAccess: u.NotifyAccess}
	if u.StopTimeout != host.Forever {
		made.StopTimeout = seconds(u.StopTimeout)
	}
	return made
}

func seconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}

// owner is the name of the user as whom a process runs.
func owner(pid int) string {
	uid, err := proc.Owner(pid)
	if err != nil {
		return ""
	}
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return cmp.Or(u.Username, id)
	}
	return id
}

func file(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }
