package live

import (
	"cmp"
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
	"github.com/tasuki-jobs/tasuki/internal/host"
)

// heeds says whether a trap, which is told from where a worker of ours stands, is one for this
// program: others neither tell systemd anything nor ask it for time, and some have a stop
// signal of their own.
func (w *program) heeds(t host.Trap) bool {
	switch t.Name {
	case "notify":
		return w.ours()
	case "kill-signal":
		return w.found == nil
	}
	return true
}

// signals are those of Linux by which people have services stopped.
var signals = map[int]string{1: "HUP", 2: "INT", 3: "QUIT", 6: "ABRT", 9: "KILL", 10: "USR1", 12: "USR2", 15: "TERM", 20: "TSTP", 28: "WINCH"}

// signalled compares the signal by which systemd stops the worker with those on which that
// lets its jobs end.
func (r *Report) signalled(w *program, env func(string) string) {
	if r.Unit == nil || r.Unit.KillSignal == 0 || w.found == nil {
		return
	}
	name := cmp.Or(signals[r.Unit.KillSignal], "RT")
	if w.found.Drains(name, env) {
		return
	}
	r.add(Finding{Trap: "kill-signal", Message: fmt.Sprintf("systemd stops it by SIG%s, on which %s does not let its jobs end", name, w.name()),
		Outcome: "jobs that run are cut off at each stop", Fix: "set KillSignal= in the unit to the signal on which it does"}, doctor.Error)
}

// ours says whether it is a program of ours, which tells systemd how it does.
func (w *program) ours() bool {
	return w.found != nil && (w.found.Kind == worker.Tasuki || w.found.Kind == worker.Supervisor)
}

// asks says whether it asks systemd for more time while it stops, or may: of a program that
// the user names nobody knows it.
func (w *program) asks() bool { return w.found == nil || w.found.Kind == worker.Named || w.ours() }
