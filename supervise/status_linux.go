package supervise

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// snapshot is how all is now. The loop's goroutine calls it.
func (s *Supervisor) snapshot(now time.Time) *Status {
	p := s.plan
	st := &Status{Dir: s.cfg.Dir, At: now, Want: p.cfg.Workers, Generation: p.generation,
		Supervisor: &SupervisorStatus{PID: s.self.PID, StartedAt: s.began, Log: s.cfg.LogFile, Stop: p.cfg.Timeout.Seconds()}}
	for _, at := range p.slots {
		slot := SlotStatus{Slot: at.number, Broken: at.broken, Waits: at.hidden, Failures: at.failures, Last: at.last, LastAt: s.lastAt(at, now), Workers: []WorkerStatus{}}
		if at.notBefore.After(now) && len(at.living) == 0 && at.broken == "" {
			slot.NextAt = at.notBefore
		}
		for _, w := range at.living {
			slot.Workers = append(slot.Workers, s.statusOf(w))
		}
		slices.SortStableFunc(slot.Workers, func(a, b WorkerStatus) int { return len(a.Why) - len(b.Why) })
		st.Slots = append(st.Slots, slot)
	}
	if r := p.restart; r != nil {
		st.Restart = r.status()
		if r.underWay() {
			st.Restart.Waits = p.waits
		}
	}
	st.judge()
	s.locks(st) // behind why workers end
	if p.stops() {
		st.State = Stopping
	}
	return st
}

// A lastExit is how the last worker of a slot ended, and when that was first seen.
type lastExit struct {
	what string
	at   time.Time
}

func (s *Supervisor) lastAt(of *slot, now time.Time) time.Time {
	if of.last == "" {
		return time.Time{}
	}
	seen := s.exits[of.number]
	if !strings.HasPrefix(of.last, seen.what) || seen.what == "" { // what became of its jobs comes behind it
		seen = lastExit{of.last, now}
		s.exits[of.number] = seen
	}
	return seen.at
}

// locks says who holds locks that a worker should have.
func (s *Supervisor) locks(st *Status) {
	for _, identity := range slices.Sorted(maps.Keys(s.strays)) {
		st.Why = append(st.Why, Trouble{What: fmt.Sprintf("the lock of the dead worker %s is held by %s", identity, s.strays[identity]),
			Hint: fmt.Sprintf("a program that is to outlive its job must not inherit descriptor %d; the slot uses another identity meanwhile", lockFD)})
	}
	for _, identity := range s.hidden {
		st.trouble(fmt.Sprintf("somebody who cannot be seen holds the lock of worker %s: it may live", identity), "is /proc mounted with hidepid, or did the worker change its user?")
	}
}

// statusOf is one worker's.
func (s *Supervisor) statusOf(p *process) WorkerStatus {
	w := WorkerStatus{Worker: p.identity, PID: p.pid, Generation: p.generation, State: string(p.phase), Since: p.started, StartedAt: p.started, Why: p.retire,
		Name: p.report.Name, Held: p.report.Held, Done: p.report.Done, Status: p.report.Status, Memory: p.resident, Note: p.note}
	if c := s.children[p]; c != nil {
		w.Adopted = c.cmd == nil
	}
	if p.report.Busy >= 0 {
		busy := p.report.Busy
		w.Busy = &busy
	}
	if w.Memory == 0 {
		w.Memory, _ = proc.Resident(p.pid)
	}
	if p.report.State == "" { // a program that does not know how to hand over
		w.Held = max(p.report.Busy, 0)
	}
	later := func(at time.Time) {
		if at.After(w.Since) {
			w.Since = at
		}
	}
	switch {
	case !p.killed.IsZero():
		w.State, w.Since, w.Given = "killed", p.killed, p.given.Seconds()
	case p.phase == stopping:
		later(p.stopAt)
	case p.phase == quieted:
		later(p.quietAt)
	case p.phase == working:
		later(p.readyAt)
	}
	return w
}

func (r *restart) status() *RestartStatus {
	st := &RestartStatus{State: "underway", Generation: r.generation, BeganAt: r.began, EndedAt: r.ended}
	switch {
	case r.underWay():
	case r.err != nil:
		st.State, st.Error = "failed", r.err.Error()
	default:
		st.State = "done"
	}
	return st
}
