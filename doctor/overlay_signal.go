package doctor

import "github.com/tasuki-jobs/tasuki/doctor/internal/chain"

// inOverlay says of a lost signal what s6 does. It signals what it has started alone, which is no
// first process: a shell without a trap dies of the signal at once, and for s6 the service is down.
func (l lost) inOverlay(f *Finding) {
	if _, ok := l.Detail.(overlayService); !ok || l.shellless() {
		return
	}
	switch l.link.Role {
	case chain.Switcher, chain.DevRunner, chain.Runner:
		return
	}
	name := l.withDash() + l.link.Name
	switch {
	case l.link.Luck && l.condition() == "":
	case l.link.Trap == chain.TrapForeground:
		f.Outcome = "the worker never hears that it is to stop: s6 waits for " + l.link.Name + " until its time or the platform's is over, and all jobs are killed"
	case l.link.Trap == chain.WaitOnce, l.link.Trap == chain.TrapExits:
		f.Outcome = name + " is over within milliseconds, and s6 takes the service for stopped: the worker is killed as soon as the container stops"
	default:
		f.Outcome = name + " ends of the signal, and s6 takes the service for stopped: the worker hears nothing, and is killed as soon as the container stops"
	}
}
