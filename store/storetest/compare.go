package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// compare lists all that the two sides show and answers the first difference.
func (tw *twins) compare() error {
	var jobs [2][]store.Record
	var others [2]string
	for i := range tw.sides {
		st := tw.sides[i].handles[0]
		var err error
		if jobs[i], err = tw.listAll(st); err != nil {
			return err
		}
		if others[i], err = tw.showOthers(st, tw.sides[i].base); err != nil {
			return err
		}
	}
	if others[0] != others[1] {
		return fmt.Errorf("it shows\n  %s\n  want\n  %s", others[0], others[1])
	}
	if a, b := ids(jobs[0]), ids(jobs[1]); fmt.Sprint(a) != fmt.Sprint(b) {
		return fmt.Errorf("it lists %v\n  want     %v", a, b)
	}
	for n := range jobs[0] {
		a, b := tw.show(jobs[0][n], tw.sides[0].base), tw.show(jobs[1][n], tw.sides[1].base)
		if a != b {
			return fmt.Errorf("it shows\n  %s\n  want\n  %s", a, b)
		}
	}
	return nil
}

// listAll lists by small pages.
func (tw *twins) listAll(st store.Store) ([]store.Record, error) {
	var all []store.Record
	for next := ""; len(all) < 10_000; {
		page, err := st.List(tw.t.Context(), store.ListRequest{After: next, Limit: 5 + len(tw.log)%20})
		if err != nil {
			return nil, fmt.Errorf("list: %w", err)
		}
		all = append(all, page.Jobs...)
		if next = page.Next; next == "" {
			return all, nil
		}
	}
	return nil, errors.New("list: pages without an end")
}

// since is a time by the minute, counted from a side's beginning. Everything
// that the steps make takes whole minutes, and the steps themselves together
// less than half of one.
func since(base, at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return (at.Sub(base) + time.Minute/4).Truncate(time.Minute).String()
}

// show is all of a record that must be the same.
func (tw *twins) show(r store.Record, base time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s/%s %s args %s prio %d u %q tags %q keep %v format %d; a%d i%d r%d d%d; ",
		r.ID, r.Queue, r.Kind, r.State, value(r.Args), r.Priority, r.Unique, r.Tags, r.Keep, r.Format,
		r.Attempts, r.Interruptions, r.Releases, r.Deaths)
	fmt.Fprintf(&b, "cursor %s progress %+v result %s worker %q cancelling %v; created %s ended %s",
		value(r.Cursor), r.Progress, value(r.Result), r.Worker, r.Cancelling, since(base, r.CreatedAt), since(base, r.EndedAt))
	switch {
	case r.State == store.Running:
		fmt.Fprintf(&b, " claimed %s", since(base, r.ClaimedAt))
	case !r.State.Ended():
		fmt.Fprintf(&b, " due %s", since(base, r.DueAt))
	case r.State == store.Dead && r.Deaths > 0:
		fmt.Fprintf(&b, " why it is poison: %v", r.Why != "") // each store in its own words
	default:
		fmt.Fprintf(&b, " why %q", r.Why)
	}
	if f := r.Failure; f != nil {
		fmt.Fprintf(&b, " failure %q %q %q %s", f.Class, f.Message, f.Stack, since(base, f.At))
	}
	for _, run := range r.Journal {
		fmt.Fprintf(&b, " run(%q %s-%s %q %s)", run.Worker, since(base, run.From), since(base, run.Until), run.Why, value(run.Cursor))
	}
	return b.String()
}

// showOthers is what Stats and Workers say.
func (tw *twins) showOthers(st store.Store, base time.Time) (string, error) {
	stats, err := st.Stats(tw.t.Context())
	if err != nil {
		return "", fmt.Errorf("stats: %w", err)
	}
	workers, err := st.Workers(tw.t.Context(), store.WorkersRequest{})
	if err != nil {
		return "", fmt.Errorf("workers: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "done %d failed %d;", stats.Done, stats.Failed)
	for _, q := range stats.Queues {
		var counts string
		for _, s := range []store.State{store.Scheduled, store.Ready, store.Running, store.Retry, store.Done, store.Dead, store.Cancelled} {
			if n := q.Counts[s]; n > 0 {
				counts += fmt.Sprintf(" %s %d", s, n)
			}
		}
		if counts != "" || q.Paused {
			fmt.Fprintf(&b, " %s(paused %v%s latency %v)", q.Name, q.Paused, counts, q.Latency.Round(time.Minute))
		}
	}
	for _, w := range workers {
		fmt.Fprintf(&b, " %s(%d %s slots %d tag %q %v %v since %s, beat %s)", w.Name, w.Beat, w.State, w.Slots, w.Tag,
			w.Queues, w.Kinds, since(base, w.StartedAt), since(base, w.BeatAt))
	}
	schedules, err := tw.showSchedules(st, base)
	return b.String() + schedules, err
}
