package main

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

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
