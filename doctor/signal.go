package doctor

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

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

// id is the rule that it is a case of. What stands in a file of the image, a Dockerfile or
// a script, has the same name whoever uses it.
func (l lost) id() string {
	own := l.link.Role == chain.Script && l.link.At.Known() || l.inImage()
	switch {
	case l.Platform == deploy.Systemd:
		return l.unitID()
	case l.Platform == deploy.Supervisor && l.link.Role != chain.DevRunner:
		return "V653"
	case l.by.Known() && l.Platform == deploy.Compose:
		return "C404"
	case l.by.Known() && l.Platform == deploy.ECS:
		return "E306"
	case !own && l.Platform == deploy.ECS && l.init != "":
		return "E306"
	case !own && l.Platform == deploy.ECS:
		return "E305"
	case !own && l.Platform == deploy.Kubernetes:
		return "K207"
	case l.init != "":
		return "D104"
	}
	return l.trapID()
}

// inImage says whether the Dockerfile itself has the line.
func (l lost) inImage() bool {
	return l.Image != nil && l.link.Pos.File == l.Image.Pos.File
}

var trapIDs = map[chain.Trap]string{chain.Pipe: "D103", chain.WaitOnce: "D106", chain.TrapExits: "D106", chain.TrapForeground: "D107", chain.Background: "D108",
	chain.Redirect: "D120", chain.Ignores: "D121"}

func (l lost) trapID() string {
	switch l.link.Role {
	case chain.Runner:
		return "D109"
	case chain.Switcher:
		return "D110"
	case chain.DevRunner:
		return "D112"
	}
	if id := trapIDs[l.link.Trap]; id != "" {
		return id
	}
	switch {
	case l.link.Role == chain.Script:
		return "D105"
	case l.link.Implied && l.behindEntry():
		return "D115"
	case l.link.Implied:
		return "D101"
	}
	return "D102"
}

// behindEntry says whether an entry point in array form gets a CMD in shell form.
func (l lost) behindEntry() bool {
	entry, command := l.Starts()
	return entry != nil && command != nil && entry.Form == deploy.Exec && command.Form == deploy.Shell
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
			f.Edits = slices.DeleteFunc(f.Edits, func(e Edit) bool { return !s.site.fits(e) })
			say(f)
		}
	}
}

// fits says whether an edit means one place: what it is put in front of stands there once.
func (s *site) fits(e Edit) bool {
	if e.before == "" {
		return true
	}
	name, err := filepath.Rel(s.repo.Shown("."), e.File)
	if err != nil {
		return false
	}
	content, err := s.repo.Read(filepath.ToSlash(name))
	lines := strings.Split(string(content), "\n")
	return err == nil && e.First > 0 && e.First <= len(lines) && strings.Count(lines[e.First-1], e.before) == 1
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
	return f
}

// message says what is there.
func (l lost) message() string {
	text := fmt.Sprintf(trapTexts[l.link.Trap], l.link.Name, l.kind().Name)
	switch {
	case l.shellless():
		return fmt.Sprintf("%s is to start %s, and the image has no shell", l.link.Name, l.kind().Name)
	case l.link.Role == chain.Switcher:
		text = fmt.Sprintf("%s stands in front of %s and kills it 2 s after the stop signal, whatever it does", l.link.Name, l.kind().Name)
	case l.link.Role == chain.Runner:
		text = fmt.Sprintf("%s starts %s through a shell that does not pass the stop signal on, and leaves half a second after it", l.link.Name, l.kind().Name)
	case l.link.Role == chain.DevRunner:
		text = fmt.Sprintf("%s stands between the platform and %s: it is made for development and ends what it runs", l.link.Name, l.kind().Name)
	case l.link.Luck && l.link.Family == "":
		text = fmt.Sprintf("%s%s stays in front of %s and passes no stop signal on%s", l.condition(), l.link.Name, l.kind().Name, l.unsaid())
	case l.link.Luck:
		text = fmt.Sprintf("%s passes the stop signal to %s only because of which sh this image has; Debian's would not", l.link.Name, l.kind().Name)
	case l.link.Implied && l.link.Trap == chain.NotExec:
		text = fmt.Sprintf("the command is given to %s, which starts %s as its child and passes no stop signal on", l.link.Name, l.kind().Name)
	}
	switch {
	case l.init != "" && l.group:
		text += fmt.Sprintf("; %s in front of it signals both, and leaves as soon as %s has", l.init, l.link.Name)
	case l.init != "":
		text += fmt.Sprintf("; %s in front of it passes the signal to %s alone", l.init, l.link.Name)
	}
	return text
}

// condition is what a verdict depends on where nobody knows which sh there is; empty: on nothing.
func (l lost) condition() string {
	switch {
	case !l.link.Luck || l.link.Family != "":
		return ""
	case l.Platform == deploy.Systemd:
		return "if the server's sh is dash (Debian's and Ubuntu's is), "
	}
	return "if its sh is dash (Debian's and Ubuntu's is), "
}

// unsaid says what an image's files do not.
func (l lost) unsaid() string {
	if l.Platform == deploy.Systemd {
		return ""
	}
	return "; which sh that is, no file here says"
}

var trapTexts = map[chain.Trap]string{
	chain.NotExec:        "%s starts %s as its child, without exec, and passes no stop signal on",
	chain.Pipe:           "%s starts %s as part of a pipeline: exec makes no difference there, and no stop signal is passed on",
	chain.Redirect:       "%s stays in front of %s because of the redirection, and passes no stop signal on",
	chain.Background:     "%s starts %s with & and does not pass the stop signal on",
	chain.WaitOnce:       "%s passes the signal to %s in a trap, but the trap interrupts its only wait: the script is over at once",
	chain.TrapExits:      "%s ends on the stop signal, as its trap says, and does not wait for %s",
	chain.TrapForeground: "%s has a trap for TERM, which runs only when %s has ended by itself",
	chain.Kills:          "%s ends %s on the stop signal",
	chain.Ignores:        "%s hears no stop signal and does not pass it on to %s",
}

// outcome says what the next deploy does.
func (l lost) outcome() string {
	if l.condition() != "" {
		l.link = &chain.Link{Role: l.link.Role, Name: l.link.Name, Trap: l.link.Trap, Family: deploy.Dash}
		return "with dash " + l.outcome()
	}
	wait := "out its grace"
	if l.Grace.Known() && l.Grace.Time > 0 {
		wait = "for " + deploy.Seconds(l.Grace.Time)
	}
	switch {
	case l.shellless():
		return "the container does not start"
	case l.link.Role == chain.DevRunner:
		return "the tool ends, or ends the worker, in its own time: jobs that still run are killed"
	case l.link.Luck:
		return "on another base image: nothing hears the stop signal, and all jobs are killed"
	case l.init != "" && l.link.Role != chain.Switcher:
		return fmt.Sprintf("%s dies of the signal, the init leaves after it, and all jobs are killed within milliseconds, with no grace at all", l.link.Name)
	case l.link.Role == chain.Switcher:
		return "all jobs that take longer than 2 s are killed"
	case l.link.Role == chain.Runner:
		return "the worker hears nothing; all jobs are killed after half a second"
	case l.link.Trap == chain.WaitOnce, l.link.Trap == chain.TrapExits:
		return "the container is over within milliseconds, and all jobs are killed"
	}
	return "the worker never hears that it is to stop: the platform waits " + wait + " and then kills all jobs"
}
