package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// showCmd prints all about one job.
type showCmd struct {
	ID string `arg:"" name:"id" complete:"jobs" help:"The job's id, as enqueue and jobs list print it."`
}

// Help is shown below the flags' list.
func (*showCmd) Help() string {
	return `Its journal is below: which worker ran it from when until when, why it stopped and
at which cursor, and the deploys meanwhile (tasuki deploy mark). A job that is done
leaves the store, unless it was enqueued with --keep or was interrupted on its way;
then it stays for a day.

    tasuki jobs show 0198c9f0-7a3e-7b5c-9d8e-1f2a3b4c5d6e`
}

// Run prints it.
func (s *showCmd) Run(c *caller) error {
	doing := "showing job " + s.ID
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	page, err := fullPage(c.ctx, st, store.ListRequest{Filter: store.Filter{IDs: []string{s.ID}}, Limit: 1})
	switch {
	case err != nil:
		return failed(doing, err)
	case len(page.Jobs) == 0:
		return &fault{doing: doing, why: errors.New("the store has no such job"), code: exitFailed,
			hint: "a done job leaves the store unless it was enqueued with --keep; `tasuki jobs list` shows those that are there"}
	}
	r := &page.Jobs[0]
	marks := c.marksDuring(st, r)
	if c.json {
		j := jobOf(r)
		j.Marks = marks
		return c.printJSON(j)
	}
	now := time.Now()
	if err := printJob(c, r, now); err != nil {
		return err
	}
	h := history{job: r, marks: marks, now: now}
	return c.printf("%s", h.String())
}

func printJob(c *caller, r *store.Record, now time.Time) error {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s  %s\n", name, plain(value))
		}
	}
	field("job", r.ID)
	field("kind", r.Kind)
	field("queue", r.Queue)
	field("state", stateOf(r, now))
	field("worker", r.Worker)
	field("attempts", attemptsOf(r))
	field("enqueued", ago(r.CreatedAt, now))
	field("options", optionsOf(r))
	field("tags", strings.Join(r.Tags, ", "))
	field("args", flat(r.Args))
	field("progress", progressOf(&r.Progress))
	field("cursor", flat(r.Cursor))
	field("result", flat(r.Result))
	field("failure", failureOf(r.Failure, now))
	field("why", r.Why)
	return c.printf("%s", b.String())
}

func stateOf(r *store.Record, now time.Time) string {
	text := string(r.State)
	switch {
	case r.State.Ended() && !r.EndedAt.IsZero():
		text += " " + ago(r.EndedAt, now)
	case r.DueAt.After(now):
		text += ", due in " + briefly(r.DueAt.Sub(now))
	case since(r, now) != "":
		text += " for " + since(r, now)
	}
	if r.Cancelling {
		text += ", being cancelled"
	}
	return text
}

func attemptsOf(r *store.Record) string {
	text := fmt.Sprintf("%d failed", r.Attempts)
	if r.MaxAttempts > 0 {
		text += fmt.Sprintf(" of %d", r.MaxAttempts)
	}
	text += fmt.Sprintf(", %d hand-overs, %d releases", r.Interruptions, r.Releases)
	if r.Deaths > 0 {
		text += fmt.Sprintf(", %d deaths of its worker", r.Deaths)
	}
	return text
}

func optionsOf(r *store.Record) string {
	var all []string
	option := func(set bool, format string, args ...any) {
		if set {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	option(r.Priority != 0, "priority %d", r.Priority)
	option(r.Timeout != 0, "timeout %v", r.Timeout)
	option(r.Keep != 0, "keep %v", r.Keep)
	option(r.Unique != "", "unique key %q", r.Unique)
	option(r.Tick.Schedule != "", "tick %d of schedule %q", r.Tick.N, r.Tick.Schedule)
	return strings.Join(all, ", ")
}

func progressOf(p *store.Progress) string {
	switch {
	case *p == store.Progress{}:
		return ""
	case p.Total > 0:
		return strings.TrimSpace(fmt.Sprintf("%d of %d (%d%%) %s", p.Done, p.Total, p.Done*100/p.Total, p.Note))
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", p.Done, p.Note))
}

func failureOf(f *store.Failure, now time.Time) string {
	if f == nil {
		return ""
	}
	if f.At.IsZero() {
		return fmt.Sprintf("%s: %s", f.Class, f.Message)
	}
	return fmt.Sprintf("%s, %s: %s", f.Class, ago(f.At, now), f.Message)
}

func ago(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return briefly(now.Sub(t)) + " ago"
}

// flat is JSON on one line. It cuts what would fill screens; --json prints all.
func flat(raw json.RawMessage) string {
	const most = 2000
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		b.Write(raw)
	}
	if b.Len() <= most {
		return b.String()
	}
	return fmt.Sprintf("%s… (%d bytes; --json prints all)", b.Bytes()[:most], b.Len())
}
