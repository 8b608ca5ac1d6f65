package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

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
		text = fmt.Sprintf("%s%s stays in front of %s and passes no stop signal on%s", l.condition(), l.link.Name, l.kind().Name, whichSh(l.Platform))
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

// whichSh says that no file says it, of an image; of a server the message has said so.
func whichSh(p deploy.Platform) string {
	if p == deploy.Systemd {
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
