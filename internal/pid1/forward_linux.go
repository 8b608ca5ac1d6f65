package pid1

import (
	"strconv"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// hear does with a signal what it is for.
func (k *keeper) hear(sig syscall.Signal) {
	if sig == syscall.SIGCHLD { // reaping follows each turn
		return
	}
	if sig == syscall.SIGPIPE && errorBroken() {
		return // by what we said ourselves
	}
	to := k.o.rewritten(sig)
	switch {
	case to == 0:
		k.voice.say(detail, signalName(sig)+" is passed on to nobody, as -r says")
	case stops(sig) || stops(to): // -r may make either of the other
		k.askedToStop(sig, to)
	default:
		k.pass(to)
	}
}

// stops says whether a signal asks for a stop.
func stops(sig syscall.Signal) bool { return sig == syscall.SIGTERM || sig == syscall.SIGINT }

// pass passes a signal on to whom it is for, and answers who that was.
func (k *keeper) pass(sig syscall.Signal) []target {
	f := k.family()
	if f == nil {
		return k.passBlindly(sig)
	}
	to := k.aim(f, sig)
	if k.o.Aim == AimGroup && !k.ended && k.sentGroup(sig) {
		return to
	}
	sent := to[:0]
	for _, t := range to {
		if k.sent(t.Process, sig) {
			sent = append(sent, t)
		}
	}
	if len(sent) == 0 && len(to) > 0 && !k.ended && to[0].PID != k.main { // gone, or another user's
		return k.passToCommand(sig)
	}
	return sent
}

func (k *keeper) passToCommand(sig syscall.Signal) []target {
	if k.sent(k.mainSeen, sig) {
		return []target{{k.mainSeen, byDefault}}
	}
	return nil
}

// aim is who a signal is for, in the family as it is now.
func (k *keeper) aim(f *family, sig syscall.Signal) []target {
	switch {
	case k.o.Aim == AimGroup:
		return k.group(f, sig)
	case k.o.Aim == AimChild && !k.ended:
		return k.child(f, sig)
	case k.ended:
		return k.roots(f, sig)
	}
	if to := f.nearest(k.mainSeen, sig); len(to) > 0 {
		return to
	}
	// Nobody below the command waits for it: the command gets it as it would from other inits,
	// and so does a daemon that it left behind and that is the real worker.
	to := k.child(f, sig)
	for _, root := range f.below[self()] {
		if root.PID != k.main {
			to = append(to, f.nearest(root, sig)...)
		}
	}
	return to
}

func (k *keeper) child(f *family, sig syscall.Signal) []target {
	return []target{{k.mainSeen, f.waits(k.mainSeen, sig)}}
}

// roots are, of what the command left behind, those that catch a signal.
func (k *keeper) roots(f *family, sig syscall.Signal) (to []target) {
	for _, root := range f.below[self()] {
		to = append(to, f.nearest(root, sig)...)
	}
	return to
}

// group are the processes of the command's process group.
func (k *keeper) group(f *family, sig syscall.Signal) (to []target) {
	for _, p := range f.all(self()) {
		if p.Group == k.main {
			to = append(to, target{p, f.waits(p, sig)})
		}
	}
	if len(to) == 0 && !k.ended { // it has left its group
		return k.child(f, sig)
	}
	return to
}

// sentGroup sends a signal to the command's whole process group at once: who is forked
// meanwhile gets it too. The group is the command's as long as that has not been reaped.
func (k *keeper) sentGroup(sig syscall.Signal) bool {
	if syscall.Kill(-k.main, sig) != nil { // it has left its group, or is another user's
		return false
	}
	k.voice.say(detail, signalName(sig)+" to process group "+strconv.Itoa(k.main))
	return true
}

// passBlindly passes a signal on where /proc does not tell to whom.
func (k *keeper) passBlindly(sig syscall.Signal) []target {
	if k.ended {
		return nil
	}
	pid := k.main
	if k.o.Aim == AimGroup {
		pid = -k.main
	}
	k.told(k.main, sig, syscall.Kill(pid, sig))
	return nil
}

// sent sends one signal and says whether it arrived.
func (k *keeper) sent(p proc.Process, sig syscall.Signal) bool {
	return k.told(p.PID, sig, send(p, sig))
}

// told says how it went. Whoever is gone has no need of it. A process of another user
// costs no container its life.
func (k *keeper) told(pid int, sig syscall.Signal, err error) bool {
	to := signalName(sig) + " to pid " + strconv.Itoa(pid)
	switch err {
	case nil:
		k.voice.say(detail, to)
	case syscall.ESRCH:
		k.voice.say(detail, to+": it has gone")
	case syscall.EPERM:
		k.voice.say(warn, to+" is not allowed: it runs as another user (hint: start the init as that user, or leave it CAP_KILL)")
	default:
		k.voice.say(warn, to+": "+err.Error())
	}
	return err == nil
}

// doubled says whether a SIGTERM is the second of a pair, as systemd and some inits send.
func (s *stop) doubled(now time.Time) bool {
	again := now.Sub(s.heardAt) < pairTime
	if !again {
		s.heardAt = now
	}
	return again
}

// pairTime is how long after a SIGTERM the next one means the same.
const pairTime = 3 * time.Second
