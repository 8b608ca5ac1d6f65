package main

import (
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// listCmd lists jobs. Filters of one name are joined by or, of different names
// by and.
type listCmd struct {
	State []string `short:"s" help:"Only jobs in this state: ${states}." placeholder:"STATE"`
	Queue []string `short:"q" help:"Only jobs of this queue." placeholder:"NAME" sep:"none"`
	Kind  []string `short:"k" help:"Only jobs of this kind." placeholder:"NAME" sep:"none"`
	Tag   []string `help:"Only jobs with this tag." placeholder:"WORD" sep:"none"`
	ID    []string `name:"id" help:"Only the job with this id." placeholder:"ID"`
	Limit int      `short:"n" help:"At most so many, up to 1000." default:"100" placeholder:"N"`
	After string   `help:"The next page: what the page before said at its end." placeholder:"MARK"`
}

// states are those that a record can be in, in the order of a job's life.
var states = []store.State{store.Scheduled, store.Ready, store.Running, store.Retry, store.Done, store.Dead, store.Cancelled}

func stateList() string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// Help is shown below the flags' list.
func (*listCmd) Help() string {
	return `A filter may be given more than once: any of its values will do. Done jobs are
listed as long as they are kept (enqueue --keep).

    tasuki jobs list --state dead --state retry --queue mail`
}

// Run prints one page.
func (l *listCmd) Run(c *caller) error {
	req, err := l.request()
	if err != nil {
		return err
	}
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	page, err := st.List(c.ctx, req)
	if err != nil {
		return failed("listing jobs", err)
	}
	if c.json {
		return c.printJSON(jobsPage(&page))
	}
	return printJobs(c, &page)
}

func (l *listCmd) request() (store.ListRequest, error) {
	req := store.ListRequest{After: l.After, Limit: l.Limit,
		Filter: store.Filter{IDs: l.ID, Queues: l.Queue, Kinds: l.Kind, Tags: l.Tag}}
	if l.Limit < 1 || l.Limit > 1000 {
		return req, wrong("reading the command line", "give 1 to 1000, and go on with --after", "--limit %d", l.Limit)
	}
	for _, name := range l.State {
		if !slices.Contains(states, store.State(name)) {
			return req, wrong("reading the command line", "states are "+stateList(), "--state: there is no state %q", name)
		}
		req.States = append(req.States, store.State(name))
	}
	return req, nil
}

func printJobs(c *caller, page *store.Page) error {
	if len(page.Jobs) == 0 {
		c.note("no jobs")
		return nil
	}
	now := time.Now()
	t := table{columns: []column{{name: "ID"}, {name: "STATE"}, {name: "SINCE", right: true}, {name: "KIND", give: true}, {name: "QUEUE", give: true}}}
	for i := range page.Jobs {
		r := &page.Jobs[i]
		t.add(r.ID, string(r.State), since(r, now), r.Kind, r.Queue)
	}
	if err := t.print(c.out, c.width()); err != nil {
		return err
	}
	if page.Next != "" {
		c.note("there are more: --after %s", page.Next)
	}
	return nil
}

// since is how long the job has been in its state, or when it leaves it.
func since(r *store.Record, now time.Time) string {
	switch {
	case r.State == store.Running:
		return briefly(now.Sub(r.ClaimedAt))
	case r.State.Ended():
		return briefly(now.Sub(r.EndedAt))
	case r.DueAt.After(now):
		return "in " + briefly(r.DueAt.Sub(now))
	}
	return briefly(now.Sub(r.DueAt))
}
