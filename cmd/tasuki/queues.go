package main

import (
	"maps"
	"slices"

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
	return `WAITS is how long the oldest ready job of the queue has been ready. In Redis more
than 1,000 jobs that are scheduled, wait for a retry or have ended are counted for
all queues together, in a row "(any)".

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

// anyQueue stands for jobs whose queues the store did not tell apart.
const anyQueue = "(any)"

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
	untold := known[""]
	delete(known, "")
	switch {
	case n.All:
		return slices.Sorted(maps.Keys(known)), nil, nil
	case slices.Contains(n.Names, ""):
		return nil, nil, wrong("reading the command line", "`tasuki queues list` shows the names", "a queue's name is empty")
	}
	names = slices.Compact(slices.Sorted(slices.Values(n.Names)))
	for _, name := range names {
		if !known[name] && !untold {
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
