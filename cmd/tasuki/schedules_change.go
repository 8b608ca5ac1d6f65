package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// namedSchedules are the schedules that a command is for.
type namedSchedules struct {
	Names []string `arg:"" optional:"" name:"schedule" help:"The schedules' names." complete:"schedules"`
	All   bool     `help:"All schedules."`
	bulk
}

const switchHelp = `Schedules that are named are changed at once, --all after a question, which --yes
answers.`

// schedulesPauseCmd pauses schedules.
type schedulesPauseCmd struct{ namedSchedules }

// Help is shown below the flags' list.
func (*schedulesPauseCmd) Help() string {
	return `A paused schedule enqueues nothing, whichever program declares it, until it is
resumed. Jobs that it enqueued already stay.

    tasuki schedules pause nightly

` + switchHelp
}

// Run pauses them.
func (p *schedulesPauseCmd) Run(c *caller) error {
	return c.switchSchedules(&p.namedSchedules, store.SchedulePause, "paused")
}

// schedulesResumeCmd lets schedules go on.
type schedulesResumeCmd struct{ namedSchedules }

// Help is shown below the flags' list.
func (*schedulesResumeCmd) Help() string {
	return `Ticks of the time in which it was paused are not made up for.

    tasuki schedules resume nightly

` + switchHelp
}

// Run resumes them.
func (r *schedulesResumeCmd) Run(c *caller) error {
	return c.switchSchedules(&r.namedSchedules, store.ScheduleResume, "resumed")
}

// schedulesDeleteCmd forgets schedules.
type schedulesDeleteCmd struct{ namedSchedules }

// Help is shown below the flags' list.
func (*schedulesDeleteCmd) Help() string {
	return `For a schedule that no program declares any more: one that still does brings it
back when it starts. To stop a schedule, pause it. Jobs that it enqueued stay.

    tasuki schedules delete old-report

` + switchHelp
}

// Run deletes them.
func (d *schedulesDeleteCmd) Run(c *caller) error {
	return c.switchSchedules(&d.namedSchedules, store.ScheduleDelete, "deleted")
}

// A switchedJSON is what --json prints of a switch.
type switchedJSON struct {
	Action    store.ScheduleSwitch `json:"action"`
	DryRun    bool                 `json:"dry_run,omitempty"`
	Schedules []string             `json:"schedules"`
	Changed   int                  `json:"changed"`
}

func (c *caller) switchSchedules(which *namedSchedules, to store.ScheduleSwitch, past string) error {
	defer c.heed()()
	st, s, found, err := c.findSchedules(which)
	if err != nil {
		return err
	}
	defer st.close()
	names := []string{}
	for i := range found {
		names = append(names, found[i].Name)
	}
	result := switchedJSON{Action: to, DryRun: which.DryRun, Schedules: names}
	if len(names) > 0 && !which.DryRun {
		if which.All {
			if err := c.sure(which.bulk, fmt.Sprintf("%s %s?", to, count(len(names), "schedule"))); err != nil {
				return err
			}
		}
		if result.Changed, err = s.Switch(c.ctx, names, to); err != nil {
			return failed("changing schedules", err)
		}
	}
	switch {
	case c.json:
		return c.printJSON(result)
	case len(names) == 0:
		c.note("no schedules")
		return nil
	case which.DryRun:
		past = "would be " + past + ":"
	case result.Changed < len(names):
		c.note("%d were so already, are gone or cannot be read", len(names)-result.Changed)
	}
	return c.printf("%s %s\n", past, plain(strings.Join(names, ", ")))
}

// findSchedules opens the store and answers the rows; a name that is not there
// is an error, before anything is changed.
func (c *caller) findSchedules(which *namedSchedules) (*openStore, store.Scheduler, []store.Schedule, error) {
	const hint = "name them, or --all; `tasuki schedules list` shows them"
	switch {
	case len(which.Names) == 0 && !which.All:
		return nil, nil, nil, wrong("reading the command line", hint, "nothing says which schedules")
	case len(which.Names) > 0 && which.All:
		return nil, nil, nil, wrong("reading the command line", "leave one of them out", "--all stands beside names")
	}
	st, s, err := c.scheduler()
	if err != nil {
		return nil, nil, nil, err
	}
	req := store.SchedulesRequest{}
	if !which.All {
		req.Names = which.Names
	}
	reply, err := s.Schedules(c.ctx, req)
	if err == nil {
		err = missingSchedule(reply.Schedules, which.Names)
	}
	if err != nil {
		st.close()
		return nil, nil, nil, failed("looking for the schedules", err)
	}
	return st, s, reply.Schedules, nil
}

func missingSchedule(found []store.Schedule, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(found, func(s store.Schedule) bool { return s.Name == name }) {
			return fmt.Errorf("there is no schedule %q; nothing was changed (hint: `tasuki schedules list` shows them)", name)
		}
	}
	return nil
}
