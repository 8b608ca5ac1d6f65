package main

import (
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// listCmd lists jobs.
type listCmd struct {
	jobFilter
	ID    []string `name:"id" sep:"none" help:"Only the job with this id." placeholder:"ID"`
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
	page, err := fullPage(c.ctx, st, req)
	if err != nil {
		return failed("listing jobs", err)
	}
	if c.json {
		return c.printJSON(jobsPage(&page))
	}
	return printJobs(c, &page)
}

func (l *listCmd) request() (store.ListRequest, error) {
	filter, err := l.of(l.ID, "--id")
	if err == nil && (l.Limit < 1 || l.Limit > 1000) {
		err = wrong("reading the command line", "give 1 to 1000, and go on with --after", "--limit %d", l.Limit)
	}
	return store.ListRequest{Filter: filter, After: l.After, Limit: l.Limit}, err
}

func printJobs(c *caller, page *store.Page) error {
	if len(page.Jobs) == 0 {
		c.note("no jobs")
		return nil
	}
	if err := jobTable(page.Jobs, time.Now()).print(c.out, c.width()); err != nil {
		return err
	}
	if page.Next != "" {
		c.note("there are more: --after %s", page.Next)
	}
	return nil
}

func jobTable(all []store.Record, now time.Time) *table {
	t := &table{columns: []column{{name: "ID"}, {name: "STATE"}, {name: "SINCE", right: true}, {name: "KIND", give: true}, {name: "QUEUE", give: true}}}
	for i := range all {
		r := &all[i]
		t.add(r.ID, string(r.State), since(r, now), r.Kind, r.Queue)
	}
	return t
}

// since is how long the job has been in its state, or when it leaves it; empty: others
// wrote the job and did not say.
func since(r *store.Record, now time.Time) string {
	switch {
	case !r.State.Ended() && r.State != store.Running && r.DueAt.IsZero(), r.State.Ended() && r.EndedAt.IsZero():
		return ""
	case r.State == store.Running:
		return briefly(now.Sub(r.ClaimedAt))
	case r.State.Ended():
		return briefly(now.Sub(r.EndedAt))
	case r.DueAt.After(now):
		return "in " + briefly(r.DueAt.Sub(now))
	}
	return briefly(now.Sub(r.DueAt))
}
