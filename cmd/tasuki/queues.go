package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// queuesCmd is what can be done with queues.
type queuesCmd struct {
	List   queuesListCmd   `cmd:"" help:"Count the jobs of each queue by state."`
	Pause  queuesPauseCmd  `cmd:"" help:"Stop workers from claiming jobs of queues."`
	Resume queuesResumeCmd `cmd:"" help:"Let workers claim from paused queues again."`
	Clear  queuesClearCmd  `cmd:"" help:"Delete the jobs that wait in queues."`
}

// queuesListCmd lists queues.
type queuesListCmd struct{}

// Help is shown below the flags' list.
func (*queuesListCmd) Help() string {
	return `WAITS is how long the oldest ready job of the queue has been ready.

    tasuki queues list`
}

// Run prints the counts.
func (*queuesListCmd) Run(c *caller) error {
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	stats, err := st.Stats(c.ctx)
	switch {
	case err != nil:
		return failed("counting jobs", err)
	case c.json:
		return c.printJSON(struct {
			Queues []queueJSON `json:"queues"`
		}{queuesOf(&stats)})
	case len(stats.Queues) == 0:
		c.note("no queues: a queue is there as long as it has jobs or is paused")
		return nil
	}
	return queueTable(&stats).print(c.out, c.width())
}

// namedQueues are the queues that a command is for.
type namedQueues struct {
	Names []string `arg:"" optional:"" name:"queue" help:"The queues' names." complete:"queues"`
	All   bool     `help:"All queues that have jobs or are paused."`
}

// find answers the names; those that the store does not know are said.
func (n *namedQueues) find(stats *store.Stats) (names, unknown []string, err error) {
	known := map[string]bool{}
	for _, q := range stats.Queues {
		known[q.Name] = true
	}
	switch {
	case n.All:
		return slices.Sorted(maps.Keys(known)), nil, nil
	case slices.Contains(n.Names, ""):
		return nil, nil, wrong("reading the command line", "`tasuki queues list` shows the names", "a queue's name is empty")
	}
	names = slices.Compact(slices.Sorted(slices.Values(n.Names)))
	for _, name := range names {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	return names, unknown, nil
}

// check refuses what says nothing, or two things.
func (n *namedQueues) check() error {
	switch {
	case len(n.Names) == 0 && !n.All:
		return wrong("reading the command line", "name them, or --all; `tasuki queues list` shows the names", "nothing says which queues")
	case len(n.Names) > 0 && n.All:
		return wrong("reading the command line", "leave one of them out", "--all stands beside names")
	}
	return nil
}

// queuesPauseCmd pauses queues.
type queuesPauseCmd struct{ namedQueues }

// Help is shown below the flags' list.
func (*queuesPauseCmd) Help() string {
	return `Nothing is claimed from a paused queue, by no worker, until it is resumed. What
runs runs on, and jobs may still be enqueued. A queue may be paused before it has
jobs.

    tasuki queues pause mail import`
}

// Run pauses them.
func (p *queuesPauseCmd) Run(c *caller) error { return c.pause(&p.namedQueues, true) }

// queuesResumeCmd lets queues go on.
type queuesResumeCmd struct{ namedQueues }

// Help is shown below the flags' list.
func (*queuesResumeCmd) Help() string {
	return `Workers claim from the queues again at once.

    tasuki queues resume mail
    tasuki queues resume --all`
}

// Run resumes them.
func (r *queuesResumeCmd) Run(c *caller) error { return c.pause(&r.namedQueues, false) }

func (c *caller) pause(which *namedQueues, on bool) error {
	if err := which.check(); err != nil {
		return err
	}
	doing, past := "resuming queues", "resumed"
	if on {
		doing, past = "pausing queues", "paused"
	}
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	stats, err := st.Stats(c.ctx)
	if err != nil {
		return failed(doing, err)
	}
	names, unknown, err := which.find(&stats)
	if err != nil {
		return err
	}
	if err := st.Pause(c.ctx, names, on); err != nil {
		return failed(doing, err)
	}
	for _, name := range unknown {
		c.note("note: queue %s has no jobs", plain(name))
	}
	if c.json {
		return c.printJSON(pausedJSON{Queues: append([]string{}, names...), Paused: on})
	}
	if len(names) == 0 {
		c.note("no queues")
		return nil
	}
	return c.printf("%s %s\n", past, plain(strings.Join(names, ", ")))
}

// A pausedJSON is what --json prints of a pause.
type pausedJSON struct {
	Queues []string `json:"queues"`
	Paused bool     `json:"paused"`
}

// queuesClearCmd deletes what waits.
type queuesClearCmd struct {
	Names []string `arg:"" name:"queue" help:"The queues' names." complete:"queues"`
	bulk
}

// Help is shown below the flags' list.
func (*queuesClearCmd) Help() string {
	return `Deletes the jobs of these queues that wait: scheduled, ready and retry. Running
jobs run on, and done, dead and cancelled ones stay (tasuki jobs delete takes
those). What is deleted is gone for good.

    tasuki queues clear import --dry-run
    tasuki queues clear import`
}

// Run clears them.
func (q *queuesClearCmd) Run(c *caller) error {
	defer c.heed()()
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	stats, err := st.Stats(c.ctx)
	if err != nil {
		return failed("looking for the queues", err)
	}
	names, unknown, err := (&namedQueues{Names: q.Names}).find(&stats)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return &fault{doing: "clearing queues", why: fmt.Errorf("there is no queue %s; nothing was changed", strings.Join(unknown, ", ")),
			hint: "`tasuki queues list` shows those that have jobs", code: exitFailed}
	}
	m := mover{caller: c, filter: store.Filter{Queues: names}, what: "of queue " + strings.Join(names, ", "), verb: &clearVerb}
	return m.run(st, q.bulk)
}

var clearVerb = moveVerb{
	name: "delete", past: "deleted", to: store.Deleted,
	from: []store.State{store.Scheduled, store.Ready, store.Retry},
	left: map[store.State]string{store.Running: "running", store.Done: "done", store.Dead: "dead", store.Cancelled: "cancelled"},
}
