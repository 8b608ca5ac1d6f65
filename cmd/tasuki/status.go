package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
)

// statusCmd shows how workers are.
type statusCmd struct{ whichSet }

// Help is shown below the flags' list.
func (*statusCmd) Help() string {
	return `Also without a supervisor: workers outlive it. The exit code is 0 if each slot has
a worker that works, 3 if nothing runs, 4 in any other case: a slot is broken, workers
start or stop, nobody looks after them.

    tasuki status
    tasuki status --name shop --json`
}

// Run shows it.
func (s *statusCmd) Run(c *caller) error {
	set, err := s.settings()
	if err := c.asFarAs(set, err); err != nil && codeOf(err) == exitUsage {
		return err
	} else if err != nil { // it is not known which set is meant
		return &fault{doing: "looking at the workers", why: errors.Unwrap(err), code: supervise.Degraded.ExitCode()}
	}
	st, err := control.Look(set.Dir)
	if err != nil {
		return &fault{doing: "looking at the workers", why: err, code: supervise.Degraded.ExitCode()}
	}
	st.Name = cmp.Or(st.Name, set.Name)
	if c.json {
		err = c.printJSON(st)
	} else {
		err = c.printStatus(st)
	}
	if code := st.State.ExitCode(); err == nil && code != 0 {
		return exitCode(code)
	}
	return err
}

// printStatus prints it for a person.
func (c *caller) printStatus(st *supervise.Status) error {
	if err := c.lines(append([]string{headline(st)}, restartLines(st)...)); err != nil {
		return err
	}
	if len(st.Slots) > 0 {
		if err := c.printf("\n"); err != nil {
			return err
		}
		if err := slotTable(st).print(c.out, c.width()); err != nil {
			return err
		}
	}
	lines := exitLines(st)
	for _, t := range st.Why {
		what, hint := told(t)
		if lines = append(lines, "", what); hint != "" {
			lines = append(lines, "hint: "+hint)
		}
	}
	return c.lines(lines)
}

// told is what a trouble says and what may be done: the hint of what has failed goes before the
// general one.
func told(t supervise.Trouble) (what, hint string) {
	what, hint = cutHint(t.What)
	if hint != "" && t.Hint != "" {
		hint += "; "
	}
	return what, hint + t.Hint
}

// lines prints texts for people, each from a line of its own on, broken between words where
// the terminal is narrower.
func (c *caller) lines(all []string) error {
	for _, line := range all {
		if err := c.printf("%s\n", folded(c.out, plain(line))); err != nil {
			return err
		}
	}
	return nil
}

// headline is the whole in a line.
func headline(st *supervise.Status) string {
	line := st.Name + ": " + string(st.State)
	if s := st.Supervisor; s != nil {
		line += fmt.Sprintf(" · supervisor %d for %s", s.PID, briefly(st.At.Sub(s.StartedAt)))
	} else {
		line += " · no supervisor"
	}
	if st.Want > 0 {
		line += fmt.Sprintf(" · %s · generation %d", count(st.Want, "slot"), st.Generation)
	}
	if s := st.Supervisor; s != nil && s.Stop > 0 {
		line += " · stops within " + briefly(time.Duration(s.Stop*float64(time.Second)))
	}
	return line
}

// restartLines say how the last restart goes or went.
func restartLines(st *supervise.Status) []string {
	r := st.Restart
	if r == nil {
		return nil
	}
	renewed := 0
	for i := range st.Slots {
		if w := st.Slots[i].Fresh(); w != nil && w.Generation >= r.Generation && w.State == "working" {
			renewed++
		}
	}
	switch r.State {
	case "underway":
		lines := []string{fmt.Sprintf("restart: under way for %s, %d of %s have a new worker", briefly(st.At.Sub(r.BeganAt)), renewed, count(st.Want, "slot"))}
		if r.Waits != "" {
			lines = append(lines, "it waits: "+r.Waits)
		}
		return lines
	case "failed":
		return []string{fmt.Sprintf("restart: failed %s ago", briefly(st.At.Sub(r.EndedAt)))}
	}
	return []string{fmt.Sprintf("restart: done %s ago, it took %s", briefly(st.At.Sub(r.EndedAt)), briefly(r.EndedAt.Sub(r.BeganAt)))}
}

// exitLines say how the last worker of each slot ended, and what a living one says of
// itself.
func exitLines(st *supervise.Status) []string {
	var lines []string
	for _, slot := range st.Slots {
		if slot.Last != "" && !toldBy(st.Why, slot.Last) {
			lines = append(lines, fmt.Sprintf("slot %d, %s ago: %s", slot.Slot, briefly(st.At.Sub(slot.LastAt)), slot.Last))
		}
		for _, w := range slot.Workers {
			if w.Note != "" {
				lines = append(lines, fmt.Sprintf("worker %s: %s", w.Worker, w.Note))
			}
		}
	}
	if len(lines) > 0 {
		lines = append([]string{"", "last exits and troubles:"}, lines...)
	}
	return lines
}

// toldBy says whether what is wrong tells how a worker ended.
func toldBy(why []supervise.Trouble, last string) bool {
	return slices.ContainsFunc(why, func(t supervise.Trouble) bool { return strings.Contains(t.What, last) })
}

func slotTable(st *supervise.Status) *table {
	t := &table{columns: []column{{name: "SLOT"}, {name: "WORKER"}, {name: "PID", right: true}, {name: "GEN", right: true}, {name: "STATE"}, {name: "SINCE", right: true},
		{name: "UP", right: true}, {name: "JOBS", right: true}, {name: "DONE", right: true}, {name: "MEMORY", right: true}}}
	for _, slot := range st.Slots {
		if len(slot.Workers) == 0 {
			state := "empty"
			if slot.Broken != "" {
				state = "broken"
			} else if slot.Waits != "" {
				state = "waits"
			} else if !slot.NextAt.IsZero() {
				state = "again in " + briefly(slot.NextAt.Sub(st.At))
			}
			t.add(strconv.Itoa(slot.Slot), "-", "-", "-", state, "", "", "", "", "")
		}
		for i, w := range slot.Workers {
			name := ""
			if i == 0 {
				name = strconv.Itoa(slot.Slot)
			}
			jobs := "?"
			if w.Busy != nil {
				jobs = strconv.Itoa(*w.Busy)
			}
			t.add(name, w.Worker, strconv.Itoa(w.PID), known(w.Generation), inWords(w), howLong(st.At, w.Since), howLong(st.At, w.StartedAt),
				jobs, strconv.FormatInt(w.Done, 10), megabytes(w.Memory))
		}
	}
	return t
}

// inWords is a worker's state in words.
func inWords(w supervise.WorkerStatus) string {
	switch {
	case w.State == "alone":
		return "unsupervised"
	case w.State == "working" && w.Why != "":
		return "to go"
	}
	return w.State
}

func known(generation int) string {
	if generation == 0 {
		return "-"
	}
	return strconv.Itoa(generation)
}

func howLong(now, at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return briefly(now.Sub(at))
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MB", (bytes+1<<19)>>20)
}
