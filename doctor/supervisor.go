package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
)

// inProgram says of a lost signal what Supervisor does. What it starts is no first process of
// a container: a shell without a trap dies of the signal at once, and for Supervisor the
// program has stopped.
func (l lost) inProgram(f *Finding) {
	p, _ := l.program()
	group, _ := p.Is("stopasgroup")
	name, kind := l.link.Name, l.kind().Name
	switch {
	case l.link.Role == chain.Switcher, l.link.Role == chain.DevRunner, l.shellless():
		return
	case l.link.Trap == chain.TrapForeground && !group:
		f.Outcome = "the worker never hears that it is to stop: Supervisor waits for stopwaitsecs, kills " + name + ", and the worker runs on unseen beside the next one"
	case group && l.link.Trap != chain.TrapForeground:
		f.Message = fmt.Sprintf("%s stays in front of %s; stopasgroup signals both, and Supervisor waits for %s alone", name, kind, name)
		f.Outcome = name + " ends at once, and with it Supervisor's wait: the next worker starts beside the one that still works; where the container stops, that one is killed"
	case group:
		f.Severity = Warning
		f.Message = fmt.Sprintf("%s stays in front of %s; stopasgroup signals both", name, kind)
		f.Outcome = "whether " + name + " waits for the worker depends on what its trap does"
	default:
		f.Outcome = name + " ends of the signal, and Supervisor takes the program for stopped: the worker runs on unseen beside the next one, or is killed as soon as the container stops"
	}
	if strings.HasPrefix(f.Fix, "start the worker itself") {
		f.Fix = "name the worker itself in command=, one in each program"
	}
}

// setWait writes stopwaitsecs: in its place, or behind the command.
func (k *work) setWait() (fix string, paste []string, edits []Edit) {
	if k.sum.Open() != "" {
		return "set stopwaitsecs= of the program to what the worker needs", nil, nil
	}
	p, _ := k.program()
	line := fmt.Sprintf("stopwaitsecs=%d", int(k.proposed().Seconds()))
	if e, ok := p.Get("stopwaitsecs"); ok {
		return "in the program's section", []string{line}, []Edit{replaceLine(e.Pos, line)}
	}
	end := max(k.Pos.Line, k.Pos.Last)
	return "in the program's section", []string{line}, []Edit{{File: k.Pos.File, First: end + 1, Last: end, Lines: []string{line}}}
}
