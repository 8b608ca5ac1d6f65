package live

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// judge puts together what is wrong.
func (r *Report) judge(p proc.Process, w *program, seen host.Report) {
	if w.starter() {
		hint := "name the worker's own pid"
		if pids := below(p.PID); pids != "" {
			hint += "; it has started " + pids
		}
		r.add(Finding{Trap: "starter", Message: r.Program + " is no worker: it starts one", Outcome: "nothing is said about that one", Fix: hint}, doctor.Warning)
		return
	}
	env := host.Live(p.PID, 0).Env
	r.hears(p.PID)
	for _, t := range seen.Traps {
		if w.heeds(t) {
			r.trap(t)
		}
	}
	r.signalled(w, env)
	r.weigh(w, seen.Stop, env)
}

func (r *Report) add(f Finding, severity doctor.Severity) {
	f.severity, f.Severity = severity, severity.String()
	r.Findings = append(r.Findings, f)
}

// hears looks at what the worker itself does with the stop signal.
func (r *Report) hears(pid int) {
	pids, _ := proc.Spaces(pid)
	first := pids[len(pids)-1] == 1
	switch {
	case r.TERM == "ignored":
		r.add(Finding{Trap: "deaf", Message: "it ignores SIGTERM", Outcome: "a stop does not begin; when the platform's grace is over all jobs are killed", Fix: "let the worker handle SIGTERM"}, doctor.Error)
	case r.TERM == "default" && first:
		r.add(Finding{Trap: "deaf", Message: "it has no handler for SIGTERM, and is the first process of its container", Outcome: "the kernel drops the stop signal; when the platform's grace is over all jobs are killed", Fix: "let the worker handle SIGTERM"}, doctor.Error)
	case r.TERM == "default":
		r.add(Finding{Trap: "deaf", Message: "it has no handler for SIGTERM", Outcome: "at the stop signal it ends on the spot, with all its jobs", Fix: "let the worker handle SIGTERM"}, doctor.Error)
	}
}

// doubts are traps that may be none: what a script's own trap does, a limit that may never be
// reached.
var doubts = map[string]bool{"shell-trap": true, "timeout": true, "oom-group": true}

// trap says one that the host's look has found.
func (r *Report) trap(t host.Trap) {
	severity := doctor.Info
	switch {
	case t.Grave && doubts[t.Name]:
		severity = doctor.Warning
	case t.Grave:
		severity = doctor.Error
	}
	if t.Name == "ignored" && r.INT != "caught" {
		t.What, t.Effect = "it ignores SIGINT", "where the platform stops by SIGINT (Nomad, Fly) or a person by Ctrl-C nothing happens"
	}
	message := strings.NewReplacer("in front of this process", "in front of it", "this process", "it").Replace(t.What)
	r.add(Finding{Trap: t.Name, Message: message, Outcome: t.Effect, Fix: t.Hint, PID: t.PID, Program: t.Program}, severity)
}

// weigh compares how long a stop takes with the time there is.
func (r *Report) weigh(w *program, stop host.Stop, env func(string) string) {
	if !w.asks() {
		stop.Grace.Extends = false // they never ask for more
	}
	r.sum = &deploy.Sum{Need: w.needs(env), Grace: graceOf(stop.Grace)}
	r.Sum = r.sum.String()
	if known(r.sum.Need) {
		r.Need = seconds(r.sum.Needed())
	}
	if r.sum.Grace.Known() {
		r.Grace = seconds(r.sum.Grace.Time)
	}
	if stop.Err != nil {
		r.add(Finding{Trap: "grace", Message: stop.Err.Error(), Outcome: "the worker does not know how long it has", Fix: "set it to the seconds between SIGTERM and SIGKILL"}, doctor.Error)
	}
	if stop.Grace.Doubt != "" {
		r.add(Finding{Trap: "grace", Message: stop.Grace.Doubt, Outcome: "a worker that believes in more time than it has is killed before it hands its jobs over", Fix: "set both to the same"}, doctor.Error)
	}
	r.compare(w, stop.Grace)
}

// compare says whether it fits.
func (r *Report) compare(w *program, g host.Grace) {
	who, setting := cmp.Or(w.name(), "the worker"), cmp.Or(g.Setting, "the platform's grace")
	severity, unless := doctor.Error, ""
	if !g.Sure {
		severity, unless = doctor.Warning, ", unless "+setting+" was set to more"
	}
	switch {
	case r.sum.Breaks():
		r.add(Finding{Trap: "grace", Message: fmt.Sprintf("%s needs %s to stop, and has %s%s", who, deploy.Seconds(r.sum.Needed()), deploy.Seconds(r.sum.Available()), unless),
			Outcome: fmt.Sprintf("%s after the stop signal it is killed, with all jobs that still run", deploy.Seconds(r.sum.Available())), Fix: "raise " + setting + ", or lower the worker's own timeout; TASUKI_GRACE says here what is set"}, severity)
	case r.sum.Open() == "":
	case endless(r.sum.Need) && r.sum.Grace.Known():
		r.add(Finding{Trap: "drain", Message: fmt.Sprintf("%s waits for its jobs for as long as they take, and is killed after %s%s", who, deploy.Seconds(r.sum.Grace.Time), unless),
			Outcome: "jobs that take longer are killed at each stop", Fix: "--longest-job says how long jobs take"}, doctor.Warning)
	default:
		r.add(Finding{Trap: "grace", Message: "whether its time is enough cannot be told: " + r.sum.Open()}, doctor.Info)
	}
}

func endless(all []deploy.Figure) bool {
	for _, f := range all {
		if f.Endless {
			return true
		}
	}
	return false
}

func known(all []deploy.Figure) bool {
	for _, f := range all {
		if !f.Known() {
			return false
		}
	}
	return true
}

// graceOf is the host's figure as one of a sum.
func graceOf(g host.Grace) deploy.Figure {
	f := deploy.Figure{Time: g.Time, What: g.Source, Default: !g.Sure}
	switch {
	case g.Extends || g.Time == host.Forever:
		f.Time, f.Endless = 0, true
	case g.Time == 0 && g.Setting != "":
		f.What, f.Open = "the grace", "is not known: "+g.Setting+" sets it, and TASUKI_GRACE would tell"
	case g.Time == 0:
		f.What, f.Open = "the grace", "is not known: no platform that sets one shows here"
	}
	return f
}

// cgroup is the control group of a process.
func cgroup(pid int) string {
	text, err := os.ReadFile(file(pid, "cgroup"))
	if err != nil {
		return ""
	}
	last := ""
	for line := range strings.Lines(string(text)) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		if number == "0" && controllers == "" || controllers == "name=systemd" {
			last = group
		}
	}
	return last
}
