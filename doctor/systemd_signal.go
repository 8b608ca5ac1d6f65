package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// stays says whether what the platform starts stays in front of the worker. What forks leaves
// the worker to itself.
func (k *work) stays() bool {
	sv, ok := k.service()
	return !ok || k.Platform != deploy.Systemd || !sv.forks()
}

// unitID is the rule of a stop signal that is lost in a service: it depends on whom systemd
// signals. No service is the first process, and each of its processes may be signalled.
func (l lost) unitID() string {
	sv, _ := l.service()
	mode, _ := sv.killMode()
	switch {
	case l.link.Role == chain.DevRunner:
		return "D112"
	case mode == "mixed":
		return "S502"
	case mode == "control-group":
		return "S504"
	}
	return "S503"
}

// inUnit says of a lost signal what systemd does.
func (l lost) inUnit(f *Finding) {
	sv, _ := l.service()
	mode, at := sv.killMode()
	name, switcher := l.link.Name, l.link.Role == chain.Switcher
	if l.link.Trap == chain.Ignores { // which the first process of a container does, and no other
		f.Message = fmt.Sprintf("%s does not pass the stop signal on to %s", name, l.kind().Name)
	}
	switch {
	case l.link.Role == chain.DevRunner:
		return
	case mode == "mixed":
		f.Message += fmt.Sprintf("; KillMode=mixed signals %s alone", name)
		f.Outcome = l.withDash() + name + " ends at once, systemd takes the service for stopped, and all jobs are killed within milliseconds, without any SIGTERM"
		switch {
		case switcher, l.link.Role == chain.Runner:
			f.Outcome = l.outcome()
		case l.link.Trap == chain.TrapForeground:
			f.Outcome = "the worker never hears that it is to stop: systemd waits until the time is over and then kills all jobs"
		}
	case mode == "control-group":
		f.Severity = Warning
		f.Message = fmt.Sprintf("%s%s stays in front of %s; KillMode=control-group signals both", l.condition(), name, l.kind().Name)
		f.Outcome = l.withDash() + fmt.Sprintf("the worker gets SIGTERM twice within milliseconds: with %s, and again when that has ended", name)
		switch {
		case switcher:
			f.Severity, f.Outcome = Error, l.outcome()
		case l.kind().Dies:
			if !l.link.Luck {
				f.Severity = Error
			}
			f.Outcome += "; the child process that runs its job gets it too, and ends at once"
		}
	case mode == "none":
		f.Severity = 0 // whatever the shell does
		f.Message = fmt.Sprintf("KillMode=none: nobody signals %s when the service is stopped", l.kind().Name)
		f.Outcome = runsOn
	default:
		f.Message += fmt.Sprintf("; KillMode=process signals %s alone", name)
		f.Outcome = l.withDash() + runsOn
	}
	l.mendUnit(f, mode, at)
}

// withDash begins an outcome that only one shell has.
func (l lost) withDash() string {
	if l.condition() == "" {
		return ""
	}
	return "with dash "
}

const runsOn = "the worker runs on unseen after the stop, and the next start makes a second one beside it"

// mendUnit says what to do in a unit.
func (l lost) mendUnit(f *Finding, mode string, at Pos) {
	for i := range f.Edits {
		f.Edits[i].Last = max(f.Edits[i].Last, l.link.Pos.Last, l.Pos.Last)
		if f.Edits[i].File != l.Pos.File {
			f.Edits[i].Last = f.Edits[i].First
		}
	}
	if l.link.Trap == chain.Ignores || l.link.Trap == chain.Background {
		f.Fix = "name the worker itself in ExecStart=, one in each unit; or put tasuki init -- in front of all"
	}
	if l.link.Role == chain.Switcher {
		f.Fix, f.Paste, f.Edits = "User= in the unit, and the worker itself in ExecStart=", nil, nil
	}
	if mode == "process" || mode == "none" {
		f.Fix += "; and KillMode=mixed"
		f.Paste = append(f.Paste, "KillMode=mixed")
		if len(f.Edits) > 0 {
			f.Edits = append(f.Edits, replaceLine(at, "KillMode=mixed"))
		}
	}
}

func replaceLine(at Pos, line string) Edit {
	return Edit{File: at.File, First: at.Line, Last: max(at.Line, at.Last), Lines: []string{line}}
}

// stopLine writes TimeoutStopSec= in the place of what has set it; behind TimeoutSec=, which is
// the time of a start as well.
func stopLine(e unit.Entry, line string) Edit {
	if e.Key != "TimeoutSec" {
		return replaceLine(e.Pos, line)
	}
	end := max(e.Pos.Line, e.Pos.Last)
	return Edit{File: e.Pos.File, First: end + 1, Last: end, Lines: []string{line}}
}

// setting writes a setting of a unit: in its place, or behind the line that starts the worker.
func (k *work) setting(at Pos, line string) []Edit {
	if at.Known() {
		return []Edit{replaceLine(at, line)}
	}
	sv, ok := k.service()
	if !ok {
		return nil
	}
	end := max(k.Pos.Line, k.Pos.Last)
	if k.Platform == deploy.Quadlet {
		end = sv.Header("Container").Line
	}
	if end == 0 {
		return nil
	}
	return []Edit{{File: k.Pos.File, First: end + 1, Last: end, Lines: []string{line}}}
}
