package main

import (
	"fmt"

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
	all := true
	for i := range found {
		if s := &found[i]; unreadable(s) {
			return &fault{doing: "running a schedule now", why: fmt.Errorf("%s: %s", s.Name, s.Spec), code: exitFailed,
				hint: "start a worker that declares it, which writes it anew, or delete it"}
		}
	}
	for i := range found {
		job := found[i].Job
		got, err := tasuki.RunNow(c.ctx, st.Store, found[i].Name)
		if err != nil {
			return failed("running a schedule now", err)
		}
		job.ID, all = got.ID, all && got.What == store.Added
		if err := printEnqueued(c, []store.Job{job}, []store.Enqueued{got}); err != nil {
			return err
		}
	}
	if !all {
		return exitCode(exitFailed)
	}
	return nil
}
