package main

import (
	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// schedulesRunCmd enqueues a schedule's job now.
type schedulesRunCmd struct {
	Names []string `arg:"" name:"schedule" help:"The schedules' names." complete:"schedules"`
}

// Help is shown below the flags' list.
func (*schedulesRunCmd) Help() string {
	return `The job is enqueued beside the schedule's own ticks, which come as before; also of
a paused schedule. It prints what became of each job, as tasuki enqueue does. The
exit code is 1 if one was not added.

    tasuki schedules run nightly`
}

// Run enqueues the jobs.
func (r *schedulesRunCmd) Run(c *caller) error {
	st, _, found, err := c.findSchedules(&namedSchedules{Names: r.Names})
	if err != nil {
		return err
	}
	defer st.close()
	jobs := make([]store.Job, len(found))
	for i := range found {
		jobs[i] = found[i].Job
		jobs[i].ID, jobs[i].Delay = store.NewID(), 0
	}
	became, err := tasuki.Enqueue(c.ctx, st, jobs...)
	if err != nil {
		return failed("putting the jobs into the store", err)
	}
	if err := printEnqueued(c, jobs, became); err != nil {
		return err
	}
	for _, b := range became {
		if b.What != store.Added {
			return exitCode(exitFailed)
		}
	}
	return nil
}
