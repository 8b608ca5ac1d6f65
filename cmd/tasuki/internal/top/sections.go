package top

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
	"github.com/tasuki-jobs/tasuki/store"
)

func workersOf(s *Snapshot) section {
	sec := section{weight: 1, none: "no workers", grid: grid{columns: []column{
		{name: "WORKER", min: 12}, {name: "STATE"}, {name: "BUSY", right: true}, {name: "BEAT", right: true}, {name: "UP", right: true},
		{name: "STUCK", right: true}, {name: "TAG", min: 3}, {name: "QUEUES", min: 6}}}}
	for i := range s.Workers {
		w := &s.Workers[i]
		state := cell{text: string(w.State), style: stateStyle(w.State)}
		if w.Foreign {
			state.text += " foreign"
		}
		sec.add(plainCell(w.Name), state, busyOf(w), cell{text: span(s.At.Sub(w.BeatAt))},
			cell{text: span(s.At.Sub(w.StartedAt))}, numberOf(len(w.Stuck), red), plainCell(w.Tag), plainCell(strings.Join(w.Queues, ",")))
	}
	return sec
}

func stateStyle(s store.WorkerState) string {
	if s == store.Working {
		return green
	}
	return yellow
}

func busyOf(w *store.Worker) cell {
	c := cell{text: fmt.Sprintf("%d/%d", w.Busy, w.Slots)}
	if w.Busy >= w.Slots {
		c.style = bold
	}
	return c
}

// numberOf leaves the cell empty for 0, so that others stand out.
func numberOf(n int, style string) cell {
	if n == 0 {
		return cell{}
	}
	return cell{text: thousands(int64(n)), style: style}
}

// queuesOf are the queues, those with most to do first.
func queuesOf(s *Snapshot) section {
	sec := section{weight: 1, none: "no queues", grid: grid{columns: []column{
		{name: "QUEUE", min: 8}, {name: "READY", right: true}, {name: "RUNNING", right: true}, {name: "SCHEDULED", right: true},
		{name: "RETRY", right: true}, {name: "DEAD", right: true}, {name: "WAITS", right: true}}}}
	queues := slices.Clone(s.Stats.Queues)
	work := func(q store.QueueStats) int {
		return q.Counts[store.Ready] + q.Counts[store.Running] + q.Counts[store.Retry]
	}
	slices.SortStableFunc(queues, func(a, b store.QueueStats) int {
		return cmp.Or(-cmp.Compare(work(a), work(b)), cmp.Compare(a.Name, b.Name))
	})
	for _, q := range queues {
		name := cell{text: cmp.Or(text.Plain(q.Name), "(any)")} // the store did not tell their queues apart
		if q.Paused {
			name = cell{text: name.text + " (paused)", style: yellow}
		}
		waits := ""
		if q.Counts[store.Ready] > 0 {
			waits = span(q.Latency)
		}
		row := []cell{name}
		for _, state := range []store.State{store.Ready, store.Running, store.Scheduled, store.Retry} {
			row = append(row, cell{text: thousands(int64(q.Counts[state]))})
		}
		sec.add(append(row, numberOf(q.Counts[store.Dead], red), cell{text: waits})...)
	}
	return sec
}

// jobsOf are the running jobs, the longest running first.
func (v View) jobsOf(s *Snapshot) section {
	sec := section{weight: 2, none: "no jobs run", skip: v.Skip, grid: grid{columns: []column{
		{name: "RUNNING JOB", min: 11}, {name: "PROGRESS", min: 24, fill: true}, {name: "AGE", right: true},
		{name: "H/O", right: true}, {name: "REL", right: true}, {name: "TRY", right: true}, {name: "ID", min: 13}, {name: "WORKER", min: 16}}}}
	stuck := map[string]bool{}
	for i := range s.Workers {
		for _, id := range s.Workers[i].Stuck {
			stuck[id] = true
		}
	}
	for i := range s.Running {
		r := &s.Running[i]
		age := cell{text: span(s.At.Sub(r.ClaimedAt))}
		if stuck[r.ID] {
			age.style = red
		}
		sec.add(plainCell(r.Kind), progressOf(r), age, numberOf(r.Interruptions, ""), numberOf(r.Releases, ""),
			numberOf(r.Attempts, ""), idOf(r.ID), plainCell(r.Worker))
	}
	return sec
}

// progressOf draws how far a job is: a bar where the total is known, and what it
// says.
func progressOf(r *store.Record) cell {
	p, note, style := r.Progress, text.Plain(r.Progress.Note), ""
	if r.Cancelling {
		note, style = strings.TrimSpace("cancelling "+note), yellow
	}
	draw := func(width int, c paint) string {
		switch {
		case p.Total > 0:
			return bar(p, note, width, c)
		case p.Done > 0:
			return c.on(style, text.Left(strings.TrimSpace(thousands(p.Done)+" done  "+note), width))
		}
		return c.on(style, text.Left(note, width))
	}
	return cell{draw: draw, text: strings.TrimRight(draw(mostProgress, false), " ")}
}

// mostProgress is how wide progress may want to be.
const mostProgress = 60

// barOf is how wide a bar is that has its figures beside it: short, until there
// is more room than words need.
func barOf(width int) int { return min(max(width-45, 10), 40) }

func bar(p store.Progress, note string, width int, c paint) string {
	share := min(max(float64(p.Done)/float64(p.Total), 0), 1)
	words, long := fmt.Sprintf("%3d%%", int(share*100)), barOf(width)
	figures := fmt.Sprintf("  %s of %s", thousands(p.Done), thousands(p.Total))
	if note != "" {
		note = "  " + note
	}
	// Of what has no room the figures go first: the bar says the same.
	if long+1+len(words)+len(figures)+min(text.Width(note), 10) <= width {
		words += figures
	}
	words += note
	if width < long+5 {
		return text.Left(words, width)
	}
	full := int(share * float64(long))
	return c.on(green, strings.Repeat("█", full)) + strings.Repeat("░", long-full) + " " + text.Left(words, width-long-1)
}

// idOf gives way at its front: ids that were made at one time begin alike.
func idOf(id string) cell {
	id = text.Plain(id)
	return cell{text: id, draw: func(width int, _ paint) string {
		if all := []rune(id); len(all) > width {
			return "…" + text.Right(string(all[len(all)-width+1:]), width-1)
		}
		return text.Left(id, width)
	}}
}
