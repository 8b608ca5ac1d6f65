package demo

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Result is what the demo found. Its JSON is what --json prints.
type Result struct {
	Dir          string              `json:"dir"`
	Files        int                 `json:"files"`
	HashedOnce   int                 `json:"hashed_once"`
	Lost         int                 `json:"lost"`
	Doubled      int                 `json:"doubled"`
	Skipped      int                 `json:"skipped"` // could not be read
	Changed      int                 `json:"changed"` // written to, made or removed meanwhile
	AttemptsUsed int                 `json:"attempts_used"`
	HandOvers    int                 `json:"hand_overs"`
	Releases     int                 `json:"releases"`
	Seconds      float64             `json:"seconds"`
	Notes        map[string][]string `json:"notes,omitempty"`
	Events       []Event             `json:"events"`
}

// An Event is one thing that was done to the workers.
type Event struct {
	Name  string  `json:"name"` // deploy, pair, crash, overrun
	Title string  `json:"title"`
	At    float64 `json:"at_seconds"`
	// Gap is the longest time without progress of the jobs that it touched.
	Gap  float64 `json:"without_progress_seconds"`
	Text string  `json:"text"` // how it went
}

// OK says whether the demo shows what it promises.
func (r *Result) OK() bool { return r.Lost == 0 && r.Doubled == 0 && r.AttemptsUsed == 0 }

// result puts together what was found; played is when the last job had ended.
func (d *director) result(v *verdict, played time.Time) *Result {
	r := &Result{Dir: d.plan.root, Files: d.plan.files, HashedOnce: v.once, Lost: v.lost, Doubled: v.doubled,
		Skipped: v.skipped, Changed: v.changed, Notes: v.notes, Seconds: time.Since(d.began).Seconds()}
	r.HandOvers, r.Releases, r.AttemptsUsed = d.tally.counts()
	for i, e := range d.events {
		until := played
		if i+1 < len(d.events) {
			until = d.events[i+1].at
		}
		gap := e.gap
		for _, part := range e.parts {
			gap = max(gap, d.tally.gap(part, e.at, until))
		}
		r.Events = append(r.Events, Event{Name: e.name, Title: e.title, At: e.at.Sub(d.began).Seconds(), Gap: max(gap, 0).Seconds(), Text: e.text})
	}
	return r
}

// Print writes the result for people; the last line is the sum of it.
func (r *Result) Print(out io.Writer) error {
	var b strings.Builder
	b.WriteString("\n")
	for _, f := range []struct {
		name string
		n    int
	}{{"files", r.Files}, {"hashed exactly once", r.HashedOnce}, {"lost", r.Lost}, {"doubled", r.Doubled},
		{"skipped: cannot be read", r.Skipped}, {"changed meanwhile", r.Changed},
		{"hand-overs", r.HandOvers}, {"releases", r.Releases}, {"attempts used", r.AttemptsUsed}} {
		fmt.Fprintf(&b, "%-24s %10s\n", f.name, thousands(f.n))
	}
	r.printEvents(&b)
	if len(r.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, figure := range slices.Sorted(maps.Keys(r.Notes)) {
		for _, note := range r.Notes[figure] {
			fmt.Fprintf(&b, "%s: %s\n", figure, printable(note))
		}
	}
	fmt.Fprintf(&b, "\nlost %d · doubled %d · attempts used %d · %d files\n", r.Lost, r.Doubled, r.AttemptsUsed, r.Files)
	_, err := io.WriteString(out, b.String())
	return err
}

func (r *Result) printEvents(b *strings.Builder) {
	fmt.Fprintf(b, "\n%7s  %12s  %s\n", "AT", "NO PROGRESS", "EVENT")
	for _, e := range r.Events {
		gap := "-" // there were no two rows to measure between
		if e.Gap > 0 {
			gap = fmt.Sprintf("%.2fs", e.Gap)
		}
		fmt.Fprintf(b, "%6.1fs  %12s  %s\n", e.At, gap, e.Title)
	}
}
