package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A movedJSON is what --json prints of a move.
type movedJSON struct {
	Action string     `json:"action"`
	DryRun bool       `json:"dry_run,omitempty"`
	Moved  int        `json:"moved"`
	Told   int        `json:"told,omitempty"` // of Moved: running, and told by their worker
	Left   []leftJSON `json:"left,omitempty"`
}

// A leftJSON is jobs that were left alone for one reason.
type leftJSON struct {
	Why   string   `json:"why"`
	Count int      `json:"count"`
	IDs   []string `json:"ids,omitempty"` // the first few
	fine  bool     // that is as it was asked for
}

// left says which of the selected jobs are not touched, and why.
func (m *mover) left() []leftJSON {
	var all []leftJSON
	for _, state := range states {
		if why := m.verb.left[state]; why != "" && m.before.counts[state] > 0 {
			all = append(all, leftJSON{Why: why, Count: m.before.counts[state], IDs: m.before.ids[state], fine: slices.Contains(m.verb.fine, state)})
		}
	}
	if n := len(m.before.absent); n > 0 {
		all = append(all, leftJSON{Why: "not in the store", Count: n, IDs: m.before.absent[:min(n, censusKeeps)]})
	}
	return all
}

// printPlan says what would be done.
func (m *mover) printPlan(st store.Inspector, n int) error {
	told := 0
	if m.verb.told {
		told = m.before.counts[store.Running]
	}
	if m.json {
		return m.printJSON(movedJSON{Action: m.verb.name, DryRun: true, Moved: n, Told: told, Left: m.left()})
	}
	text := fmt.Sprintf("would %s %s", m.verb.name, jobs(n))
	if n > 0 {
		text += ": " + m.breakdown(m.reached())
	}
	if err := m.printf("%s\n", text); err != nil {
		return err
	}
	if err := m.printLeft(m.left()); err != nil || n == 0 {
		return err
	}
	return m.printSome(st, n)
}

// printSome lists the first of the jobs that would be moved.
func (m *mover) printSome(st store.Inspector, n int) error {
	page, err := fullPage(m.ctx, st, store.ListRequest{Filter: m.narrow(), Limit: censusKeeps})
	if err != nil {
		return failed("listing the jobs to "+m.verb.name, err)
	}
	if err := m.printf("\n"); err != nil {
		return err
	}
	if err := jobTable(page.Jobs, time.Now()).print(m.out, m.width()); err != nil {
		return err
	}
	if n > len(page.Jobs) {
		return m.printf("… and %d more\n", n-len(page.Jobs))
	}
	return nil
}

// printMoved says what was done. A job that was named and did not come to be as
// asked makes the exit code 1.
func (m *mover) printMoved(moved int) error {
	left, told := m.left(), 0
	if m.verb.told {
		told = min(m.before.counts[store.Running], moved)
	}
	if stayed := m.before.sum(m.reached()...) - moved; stayed > 0 {
		why := "changed meanwhile"
		if m.verb.to == store.Ready {
			why = "changed meanwhile, or another job holds the unique key"
		}
		left = append(left, leftJSON{Why: why, Count: stayed})
	}
	if err := m.sayMoved(movedJSON{Action: m.verb.name, Moved: moved, Told: told, Left: left}); err != nil {
		return err
	}
	notFine := slices.ContainsFunc(left, func(l leftJSON) bool { return !l.fine })
	if len(m.filter.IDs) > 0 && notFine {
		return exitCode(exitFailed)
	}
	return nil
}

func (m *mover) sayMoved(r movedJSON) error {
	if m.json {
		return m.printJSON(r)
	}
	text := m.verb.past + " " + jobs(r.Moved)
	if r.Told > 0 {
		text += fmt.Sprintf(", %d of them running: told by the worker's next beat", r.Told)
	}
	if err := m.printf("%s\n", text); err != nil {
		return err
	}
	return m.printLeft(r.Left)
}

func (m *mover) printLeft(all []leftJSON) error {
	for _, l := range all {
		text := fmt.Sprintf("left alone %d: %s", l.Count, l.Why)
		if len(m.filter.IDs) > 0 && len(l.IDs) > 0 {
			text += " (" + strings.Join(l.IDs, ", ")
			if l.Count > len(l.IDs) {
				text += ", …"
			}
			text += ")"
		}
		if err := m.printf("%s\n", plain(text)); err != nil {
			return err
		}
	}
	return nil
}
