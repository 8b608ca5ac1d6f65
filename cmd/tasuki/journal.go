package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A history is what happened to a job, in order: its runs, what people did to it,
// and the deploys meanwhile.
type history struct {
	job   *store.Record
	marks []store.Mark // the oldest first
	now   time.Time
	b     strings.Builder
}

// marksDuring are the marks of the job's life, the oldest first. A journal is shown
// without them rather than not at all.
func (c *caller) marksDuring(st *openStore, r *store.Record) []store.Mark {
	m := marksOf(st)
	if m == nil {
		return nil
	}
	marks, err := m.Marks(c.ctx, store.MaxMarks)
	if err != nil {
		c.note("note: the marks of deploys cannot be read: %s", plain(err.Error()))
		return nil
	}
	marks = slices.DeleteFunc(slices.Clone(marks), func(m store.Mark) bool {
		return m.At.Before(r.CreatedAt) || r.State.Ended() && m.At.After(r.EndedAt)
	})
	slices.Reverse(marks)
	return marks
}

// String is the journal as jobs show prints it; empty if nothing ever ran.
func (h *history) String() string {
	r := h.job
	if len(r.Journal) == 0 && r.State != store.Running {
		return ""
	}
	h.b.WriteString("\nRUN  FROM                 UNTIL     RAN     WORKER\n")
	n := 0
	for i := range r.Journal {
		run := &r.Journal[i]
		h.deploys(run.From)
		if run.Worker == "" && run.From.Equal(run.Until) {
			h.rule(run.Why, run.From)
			continue
		}
		n++
		h.run(n, run)
		if i == 0 && len(r.Journal) == store.MaxJournal {
			fmt.Fprintf(&h.b, "  …  the journal keeps the first run and the newest %d\n", store.MaxJournal-1)
		}
	}
	if r.State == store.Running {
		h.deploys(r.ClaimedAt)
		h.line(n+1, r.ClaimedAt, "now", h.now.Sub(r.ClaimedAt), r.Worker)
	}
	h.deploys(h.now.Add(time.Hour)) // the store's clock may be ahead of ours
	return h.b.String()
}

// deploys writes the marks before a moment.
func (h *history) deploys(before time.Time) {
	for len(h.marks) > 0 && h.marks[0].At.Before(before) {
		m := h.marks[0]
		h.marks = h.marks[1:]
		text := "deploy " + m.Label
		if m.By != "" {
			text += " by " + m.By
		}
		h.rule(text, m.At)
	}
}

func (h *history) rule(text string, at time.Time) {
	fmt.Fprintf(&h.b, "──── %s  %s ────\n", clock(at), plain(text))
}

func (h *history) run(n int, run *store.Run) {
	until := run.Until.Local().Format(time.TimeOnly)
	h.line(n, run.From, until, run.Until.Sub(run.From), run.Worker)
	fmt.Fprintf(&h.b, "     %s\n", plain(run.Why))
	if len(run.Cursor) > 0 {
		fmt.Fprintf(&h.b, "     cursor %s\n", plain(flat(run.Cursor)))
	}
}

func (h *history) line(n int, from time.Time, until string, ran time.Duration, worker string) {
	fmt.Fprintf(&h.b, "%3d  %s  %-8s  %-6s  %s\n", n, clock(from), until, briefly(ran), plain(worker))
}
