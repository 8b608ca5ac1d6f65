package pid1

import (
	"strconv"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A stop is that somebody asked the init to stop, or that it has to by itself.
type stop struct {
	sig     syscall.Signal // what is passed on
	heardAt time.Time      // the last SIGTERM that was passed on
	askedAt time.Time      // when a stop was asked for last
	heard   bool           // somebody who catches the signal has got it
	late    int            // rounds of workers that were started after the signal
	resting bool           // what is left has been told
	ending  bool           // an end is set, whatever still runs
	told    map[ident]waiting
	beside  map[ident]bool // daemons that ran beside the command when the stop came
}

// An ident is one process among all of a boot.
type ident struct {
	pid   int
	start uint64
}

func identOf(p proc.Process) ident { return ident{p.PID, p.Start} }

const (
	lookAgain   = 100 * time.Millisecond // between two looks for late workers, at least
	lookShare   = 20                     // of the time is spent on looks at most, one part of so many
	onTheSpot   = time.Second
	killAgain   = 50 * time.Millisecond
	killTime    = 200 * time.Millisecond // at least, for what got SIGKILL to be gone
	mostMargin  = 2 * time.Second
	aloneGrace  = 10 * time.Second // for a stop of our own, where no grace is known
	marginParts = 5
)

// askedToStop passes a stop on, the second of a pair not.
func (k *keeper) askedToStop(sig, to syscall.Signal) {
	now := time.Now()
	first := k.stop == nil
	if first {
		k.stop = &stop{told: make(map[ident]waiting), beside: make(map[ident]bool)}
		k.noteBeside()
		k.setEnd(now, k.o.Grace)
	}
	k.stop.sig, k.stop.askedAt = to, now
	if (sig == syscall.SIGTERM || to == syscall.SIGTERM) && k.stop.doubled(now) {
		k.voice.say(detail, "another SIGTERM in so short a time means the same")
		return
	}
	if k.ended {
		k.tellRoots()
		return
	}
	k.note(k.pass(to))
	if first {
		k.clock.at(now.Add(lookAgain), k.lookForLate)
	}
}

// note keeps who has been told.
func (k *keeper) note(to []target) {
	for _, t := range to {
		k.stop.told[identOf(t.Process)] = t.how
		k.stop.heard = k.stop.heard || t.how != byDefault
	}
}

// deaf says of a command that a signal has ended whether it had only looked as though it
// waited for the stop: it blocks the signal, or has a handler that ends it on the spot, as
// each program in Go has. Who works for a while and then ends by the signal has heard it.
func (s *stop) deaf(p proc.Process, by syscall.Signal) bool {
	how := s.told[identOf(p)]
	return how == blocked || how == caught && by == s.sig && time.Since(s.askedAt) < onTheSpot
}

// noteBeside keeps which daemons run beside the command.
func (k *keeper) noteBeside() {
	f := k.family()
	if f == nil || k.ended {
		return
	}
	for _, root := range f.below[self()] {
		if root.PID != k.main {
			k.stop.beside[identOf(root)] = true
		}
	}
}

// lookForLate tells workers of a stop that were not there when it came: a script may
// have started its worker only since.
func (k *keeper) lookForLate(now time.Time) {
	if k.ended || k.o.Aim != AimWorker {
		return
	}
	f := k.family()
	k.clock.at(now.Add(rest(time.Since(now))), k.lookForLate)
	if f == nil {
		return
	}
	late := f.untold(k.mainSeen, k.stop)
	if len(late) == 0 {
		return
	}
	if k.stop.late++; k.stop.late > 1 { // something starts them again and again: that first
		late = append(k.child(f, k.stop.sig), late...)
	}
	k.tell(late)
}

// rest is the time from one look for late workers to the next: where there are thousands of
// processes a look takes long, and the processor is the workers'.
func rest(took time.Duration) time.Duration { return max(lookAgain, lookShare*took) }

func (k *keeper) tell(to []target) {
	for _, t := range to {
		if k.sent(t.Process, k.stop.sig) {
			k.note([]target{t})
		}
	}
}

// untold are the nearest processes at or below p that catch the stop and have not been told.
func (f *family) untold(p proc.Process, s *stop) (late []target) {
	if s.told[identOf(p)] != byDefault {
		return nil
	}
	if how := f.waits(p, s.sig); how != byDefault && !f.passesOn(p) {
		return []target{{p, how}}
	}
	for _, child := range f.below[p.PID] {
		late = append(late, f.untold(child, s)...)
	}
	return late
}

// left are, of p and what is below it, those to be told by a signal when the command has
// ended: each that catches it, without its programs, and each that does not.
func (f *family) left(p proc.Process, sig syscall.Signal, s *stop) []target {
	if s.told[identOf(p)] != byDefault {
		return nil
	}
	if f.waits(p, sig) != byDefault {
		return f.nearest(p, sig)
	}
	found := []target{{p, byDefault}}
	for _, child := range f.below[p.PID] {
		found = append(found, f.left(child, sig, s)...)
	}
	return found
}

// setEnd sets when what still runs is ended, so that it is over shortly before a grace is.
func (k *keeper) setEnd(now time.Time, grace time.Duration) {
	if grace <= 0 || k.stop.ending {
		return
	}
	k.stop.ending = true
	margin := min(grace/marginParts, mostMargin)
	k.clock.at(now.Add(grace-margin), func(time.Time) { k.tellRest("the grace is nearly over") })
	k.clock.at(now.Add(grace-margin/2), func(now time.Time) {
		k.kill(now)
		k.clock.at(now.Add(max(margin/2, killTime)), k.giveUp)
	})
}

// outlived is called as long as there are processes that the command left behind; first
// when it has ended just now.
func (k *keeper) outlived(first bool) {
	f := k.family()
	if first {
		k.sayLeft(f)
	}
	switch {
	case k.stop == nil:
		if first {
			k.clock.at(time.Now().Add(k.o.Linger), k.stopAlone)
		}
	case first && f != nil && k.stop.late > 1: // the command may have started one more
		for _, root := range f.below[self()] {
			k.tell(f.untold(root, k.stop))
		}
	case f == nil:
		k.setEnd(time.Now(), aloneGrace)
	case k.stop.resting || k.onlyBeside(f):
		if heard := k.tellLeft(f); heard && !k.stop.heard {
			k.stop.heard = true // this is the worker, then, and has its time
			return
		}
		k.stop.resting = true
		k.setEnd(time.Now(), aloneGrace)
	}
}

// onlyBeside says whether nobody is left who got the stop, or may have been started by
// who did.
func (k *keeper) onlyBeside(f *family) bool {
	if !k.stop.heard {
		return true
	}
	for _, root := range f.below[self()] {
		if _, told := k.stop.told[identOf(root)]; told || !k.stop.beside[identOf(root)] {
			return false
		}
	}
	return true
}

// stopAlone stops what the command left behind.
func (k *keeper) stopAlone(now time.Time) {
	if k.stop != nil {
		return
	}
	k.stop = &stop{sig: k.o.stopSignal(), heardAt: now, told: make(map[ident]waiting)}
	grace := k.o.Grace
	if grace <= 0 {
		grace = aloneGrace
	}
	k.setEnd(now, grace)
	k.tellRoots()
}

// tellRoots tells what the command left behind: of each tree those that catch the
// signal, or its root.
func (k *keeper) tellRoots() {
	f := k.family()
	if f == nil {
		return
	}
	for _, root := range f.below[self()] {
		to := f.nearest(root, k.stop.sig)
		if len(to) == 0 {
			to = []target{{root, byDefault}}
		}
		k.tell(to)
	}
}

// tellLeft tells what is left when the worker has ended, but not the programs of those that
// catch the signal, as long as these live. It answers whether one of them does.
func (k *keeper) tellLeft(f *family) (heard bool) {
	for _, root := range f.below[self()] {
		for _, t := range f.left(root, k.o.stopSignal(), k.stop) {
			k.tellOne(t, "the worker has ended")
			heard = heard || t.how != byDefault
		}
	}
	return heard
}

// tellRest tells all that still run and were not told.
func (k *keeper) tellRest(why string) {
	if f := k.family(); f != nil {
		for _, p := range f.all(self()) {
			k.tellOne(target{p, byDefault}, why)
		}
	}
}

// tellOne tells a process that was not told, and says why.
func (k *keeper) tellOne(t target, why string) {
	if _, told := k.stop.told[identOf(t.Process)]; told {
		return
	}
	sig := k.o.stopSignal()
	k.voice.say(info, why+": "+signalName(sig)+" to "+t.Name+" (pid "+strconv.Itoa(t.PID)+")")
	k.sent(t.Process, sig)
	k.stop.told[identOf(t.Process)] = t.how
}

// kill ends all that still run, again and again until nothing does, and the init's own
// work if the kernel cannot end them.
func (k *keeper) kill(now time.Time) {
	if f := k.family(); f != nil {
		for _, p := range f.all(self()) {
			k.voice.say(warn, "the time is over: SIGKILL to "+p.Name+" (pid "+strconv.Itoa(p.PID)+")")
			k.sent(p, syscall.SIGKILL)
		}
	} else if !k.ended {
		syscall.Kill(-k.main, syscall.SIGKILL)
	}
	k.clock.at(now.Add(killAgain), k.kill)
}

// giveUp leaves what SIGKILL does not end.
func (k *keeper) giveUp(time.Time) {
	k.voice.say(warn, "the time is over, and what SIGKILL does not end is left (hint: does it wait for a disk or a mount?)")
	if k.clock.over = true; !k.ended {
		k.code = 128 + int(syscall.SIGKILL)
	}
}

// sayLeft says who is left when the command has ended.
func (k *keeper) sayLeft(f *family) {
	if f == nil {
		return
	}
	names := ""
	for _, p := range f.all(self()) {
		names += " " + p.Name + " (pid " + strconv.Itoa(p.PID) + ")"
	}
	if k.stop == nil {
		k.voice.say(warn, "the command has ended with "+strconv.Itoa(k.code)+" and left behind:"+names+"; they are stopped in "+k.o.Linger.String()+
			" (hint: start the worker in the foreground; --linger sets the time)")
		return
	}
	k.voice.say(info, "the command has ended with "+strconv.Itoa(k.code)+"; waiting for:"+names)
}
