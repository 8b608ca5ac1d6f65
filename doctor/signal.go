package doctor

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A lost is a stop signal that does not reach its worker.
type lost struct {
	*work
	link  *chain.Link // in which it ends
	init  string      // an init stands in front of that; empty: none
	group bool        // that init signals the whole group
	by    Pos         // who says that it does, where that is the platform
}

// lost says whether and where a stop signal is lost on its way to the worker.
func (k *work) lost() (lost, bool) {
	if !k.worker() || !k.stays() {
		return lost{}, false
	}
	if k.Platform == deploy.Cron || k.Platform == deploy.Procfile {
		return lost{}, false // no deploy stops them, or all of their processes get the signal
	}
	i, link := k.chain.Trapped()
	if link == nil {
		return lost{}, false
	}
	if inner := k.chain.Inside(i, chain.Runner); inner != nil && link.Role == chain.Shell {
		link = inner // without it the shell is not needed either
	}
	l := lost{work: k, link: link}
	if slices.Contains(hearing, link.Trap) {
		return l, true // an init makes no difference to a script that does not die of the signal
	}
	if init := k.chain.InitBefore(i); init != nil {
		l.init, l.group = init.Name, init.Groups
	} else if k.Init.Known() {
		l.init, l.by = "the platform's init", k.Init
	}
	return l, true
}

// hearing are the traps of scripts that have a trap for the signal.
var hearing = []chain.Trap{chain.TrapForeground, chain.WaitOnce, chain.TrapExits}

// shellless says whether the image has nothing that could run the script or the string.
func (l lost) shellless() bool {
	return l.Image != nil && l.Image.Family == deploy.NoShell && (l.link.Role == chain.Shell || l.link.Role == chain.Script)
}

// cause is the line that starts the worker in a way that loses the signal.
func (l lost) cause() Pos {
	if l.link.At.Known() && l.link.Role == chain.Script {
		return l.link.At
	}
	return l.link.Pos
}

// signals finds the cases of one rule.
func signals(id string) func(*scene, func(Finding)) {
	return func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			l, ok := k.lost()
			if !ok || l.id() != id {
				continue
			}
			f := l.finding()
			f.Edits = slices.DeleteFunc(f.Edits, func(e Edit) bool { return !s.site.pages.fits(e) })
			say(f)
		}
	}
}

// finding says it. An init in front makes it worse, and is the better name for it.
func (l lost) finding() Finding {
	f := Finding{Pos: l.cause(), Workload: l.Name, cause: l.cause(), rank: 1, Message: l.message(), Outcome: l.outcome()}
	if l.link.Luck {
		f.Severity = Warning
	}
	if l.by.Known() {
		f.Pos = l.by
	}
	if l.init != "" {
		f.rank = 2
	}
	l.outlives(&f)
	f.Fix, f.Paste, f.Edits = l.mend()
	if l.Platform == deploy.Systemd {
		l.inUnit(&f)
	}
	if l.Platform == deploy.Supervisor {
		l.inProgram(&f)
	}
	l.inOverlay(&f)
	return f
}
