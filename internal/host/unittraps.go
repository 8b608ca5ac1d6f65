package host

import (
	"syscall"

	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// judgeUnit finds the traps of a unit: what its stop does to the process, and to what
// stands between the unit's main process and it.
func (s Subject) judgeUnit(u Unit, links []Link) []Trap {
	var traps []Trap
	add := func(t Trap, l *Link) {
		if l != nil {
			t.PID, t.Program = l.PID, l.title()
		}
		traps = append(traps, t)
	}
	main, between := below(links, u.MainPID)
	switch {
	case u.KillMode == "none":
		add(killNone, nil)
	case u.KillMode == "process" && main != nil && !main.relays():
		add(killProcess, main)
	case u.KillMode == "mixed" && main != nil && !main.relays():
		add(killMixed, main)
	}
	if u.KillSignal != 0 && u.KillSignal != int(syscall.SIGTERM) && u.KillSignal != int(syscall.SIGINT) {
		add(killSignal, nil)
	}
	for i := range between { // each is signalled by itself, or the first alone: then a trap of its own may do it
		l := between[i]
		hides := l.is(programs.Shell) && l.catches() && u.KillMode != "control-group"
		if l.is(programs.Switcher, programs.Timer) || hides {
			t, _ := s.trap(between[i], nil, toChild)
			add(t, &between[i])
		}
	}
	return append(traps, s.judgeNotify(u, main)...)
}

// relays says whether a service's main process hands TERM on: if it hears it, and is
// none of those that are known not to.
func (l Link) relays() bool {
	switch {
	case l.is(programs.Runner, programs.Switcher):
		return false
	case l.is(programs.Init, programs.Services, programs.OurInit, programs.OurSupervisor, programs.Timer):
		return true
	}
	return l.catches()
}

// below are the unit's main process, nil if it is not above, and what stands from it on
// down to the process.
func below(links []Link, main int) (*Link, []Link) {
	for i := range links {
		if links[i].PID == main {
			return &links[i], links[i:]
		}
	}
	return nil, nil
}

// judgeNotify looks at whether systemd hears the process: what it cannot hear makes a
// start wait for nothing, and no stop longer.
func (s Subject) judgeNotify(u Unit, main *Link) []Trap {
	heard := s.Env("NOTIFY_SOCKET") != ""
	switch {
	case heard && main != nil && (u.NotifyAccess == "main" || u.NotifyAccess == "exec") && !main.is(programs.OurSupervisor):
		return []Trap{notifyMain}
	case !heard:
		return []Trap{notifyNone}
	}
	return nil
}

// extends says whether systemd gives the process more time as it asks for it.
func (u Unit) extends(s Subject) bool {
	if s.Env("NOTIFY_SOCKET") == "" {
		return false
	}
	return u.NotifyAccess == "all" || u.MainPID == s.PID
}

var (
	killNone = Trap{Name: "kill-mode", Grave: true, What: "systemd does not signal this process when it stops the unit (KillMode=none)",
		Effect: "the worker runs on, and the next start makes a second one", Hint: "remove KillMode=none; KillMode=mixed suits workers best"}
	killProcess = Trap{Name: "kill-mode", Grave: true, What: "systemd signals only the program in front of this process (KillMode=process)",
		Effect: "the worker is not told to stop and runs on, and the next start makes a second one", Hint: "put the worker itself, or exec, into ExecStart, and set KillMode=mixed"}
	killMixed = Trap{Name: "kill-mode", Grave: true, What: "systemd signals only the program in front of this process (KillMode=mixed)",
		Effect: "that program ends at once, and all jobs are killed within milliseconds", Hint: "put the worker itself, or exec, into ExecStart"}
	killSignal = Trap{Name: "kill-signal", Grave: true, What: "systemd stops this process by a signal that is neither TERM nor INT",
		Effect: "the worker does not stop in stages", Hint: "remove KillSignal= from the unit"}
	notifyMain = Trap{Name: "notify", Grave: true, What: "systemd does not listen to this process, since another program is the unit's main process",
		Effect: "with Type=notify the start never succeeds, and a stop gets no more time than TimeoutStopSec", Hint: "put the worker itself, or exec, into ExecStart; or set NotifyAccess=all"}
	notifyNone = Trap{Name: "notify", What: "systemd does not listen to this process",
		Effect: "a stop gets no more time than TimeoutStopSec, however long the worker needs", Hint: "set Type=notify, or NotifyAccess=main, in the unit"}
)
