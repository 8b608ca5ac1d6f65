package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// A progress says line by line what becomes of workers, from how they are and how they were.
type progress struct {
	c     *caller
	seen  map[int]supervise.WorkerStatus // by pid
	last  map[int]string                 // how the last worker of a slot ended
	waits string                         // why a restart was last said to wait
	named time.Time                      // when those that still work were named last
}

// newProgress begins with nothing: what runs is new.
func newProgress(c *caller) *progress {
	return &progress{c: c, seen: map[int]supervise.WorkerStatus{}, last: map[int]string{}}
}

// progressFrom begins with what there is.
func progressFrom(c *caller, st *supervise.Status) *progress {
	p := newProgress(c)
	p.note(st)
	p.named = time.Now()
	return p
}

func (p *progress) note(st *supervise.Status) {
	p.seen = map[int]supervise.WorkerStatus{}
	for _, w := range st.Living() {
		p.seen[w.PID] = w
	}
	for _, slot := range st.Slots {
		p.last[slot.Slot] = slot.Last
	}
}

// tell says what has changed.
func (p *progress) tell(st *supervise.Status) error {
	var lines []string
	for _, slot := range st.Slots {
		lines = append(lines, p.ended(slot)...)
		for _, w := range slot.Workers {
			lines = append(lines, p.changed(w)...)
		}
	}
	if r := st.Restart; r != nil && r.Waits != p.waits {
		if p.waits = r.Waits; p.waits != "" {
			lines = append(lines, "the restart waits: "+p.waits)
		}
	}
	p.note(st)
	if p.c.json {
		return nil
	}
	return p.c.lines(lines)
}

func title(w supervise.WorkerStatus) string {
	return fmt.Sprintf("worker %s: process with pid %d", w.Worker, w.PID)
}

// ended are those of a slot that are not there any more.
func (p *progress) ended(slot supervise.SlotStatus) []string {
	var lines []string
	told := false
	for _, was := range p.seen {
		if slotOf(was.Worker) != slot.Slot || living(slot, was.PID) {
			continue
		}
		how := ""
		if rest, is := strings.CutPrefix(slot.Last, "worker "+was.Worker+": "); is {
			how, told = ": "+rest, true
		}
		lines = append(lines, title(was)+" has ended"+how)
	}
	if slot.Last != "" && slot.Last != p.last[slot.Slot] && !told && len(lines) == 0 {
		lines = append(lines, fmt.Sprintf("slot %d: %s", slot.Slot, slot.Last))
	}
	return lines
}

func living(slot supervise.SlotStatus, pid int) bool {
	for _, w := range slot.Workers {
		if w.PID == pid {
			return true
		}
	}
	return false
}

// slotOf is the slot of an identity.
func slotOf(identity string) int {
	n := 0
	fmt.Sscanf(identity, "%d", &n)
	return n
}

// changed is what became of one that lives.
func (p *progress) changed(w supervise.WorkerStatus) []string {
	was, known := p.seen[w.PID]
	var lines []string
	if !known {
		verb := "started"
		if w.Adopted {
			verb = "is taken over: a supervisor before this one started it"
		}
		lines = append(lines, fmt.Sprintf("%s %s", title(w), verb))
		was.State = "starting"
	}
	if w.State == was.State {
		return lines
	}
	switch w.State {
	case "working":
		if was.State == "starting" {
			lines = append(lines, fmt.Sprintf("%s is ready after %s", title(w), briefly(w.Since.Sub(w.StartedAt))))
		} else {
			lines = append(lines, title(w)+" takes jobs again")
		}
	case "quiet":
		lines = append(lines, title(w)+" takes no more jobs"+has(w))
	case "stopping":
		lines = append(lines, title(w)+" is told to end"+has(w))
	case "killed":
		lines = append(lines, fmt.Sprintf("%s is killed: it was given %s", title(w), briefly(time.Duration(w.Given*float64(time.Second)))))
	}
	return lines
}

// has says how many jobs a worker has.
func has(w supervise.WorkerStatus) string {
	if w.Busy == nil {
		return ""
	}
	return "; it has " + count(*w.Busy, "job")
}

const nameEvery = 10 * time.Second

// stillThere names now and then who is waited for.
func (p *progress) stillThere(st *supervise.Status, since time.Time) error {
	if time.Since(p.named) < nameEvery || p.c.json {
		return nil
	}
	p.named = time.Now()
	if names := namesOf(st); names != "" {
		return p.c.lines([]string{fmt.Sprintf("still at work after %s: %s", briefly(time.Since(since)), names)})
	}
	return nil
}

// namesOf names the workers that live.
func namesOf(st *supervise.Status) string {
	var names []string
	for _, w := range st.Living() {
		text := fmt.Sprintf("worker %s (pid %d", w.Worker, w.PID)
		if w.Busy != nil {
			text += ", " + count(*w.Busy, "job")
		}
		names = append(names, text+")")
	}
	return strings.Join(names, ", ")
}
