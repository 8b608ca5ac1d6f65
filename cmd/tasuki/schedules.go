package main

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// schedulesCmd is what can be done with schedules.
type schedulesCmd struct {
	List   schedulesListCmd   `cmd:"" help:"List the schedules and when they are due."`
	Pause  schedulesPauseCmd  `cmd:"" help:"Stop schedules from enqueuing jobs."`
	Resume schedulesResumeCmd `cmd:"" help:"Let paused schedules go on."`
	Run    schedulesRunCmd    `cmd:"" help:"Enqueue the jobs of schedules now."`
	Delete schedulesDeleteCmd `cmd:"" help:"Forget schedules."`
}

// schedulesListCmd lists schedules.
type schedulesListCmd struct{}

// Help is shown below the flags' list.
func (*schedulesListCmd) Help() string {
	return `MISSED is what happens to ticks of a time in which no worker ran: skip, once (the
latest is made up for) or all. NEXT is ? where this command does not understand
the schedule's times. A schedule whose row cannot be read is fired by nobody, until
a worker that starts declares it anew; TIMES says what is wrong with it.

    tasuki schedules list`
}

// Run prints them.
func (*schedulesListCmd) Run(c *caller) error {
	st, s, err := c.scheduler()
	if err != nil {
		return err
	}
	defer st.close()
	reply, err := s.Schedules(c.ctx, store.SchedulesRequest{})
	switch {
	case err != nil:
		return failed("listing schedules", err)
	case c.json:
		return c.printJSON(schedulesOf(&reply))
	case len(reply.Schedules) == 0:
		c.note("no schedules: a worker program declares them when it starts")
		return nil
	}
	return scheduleTable(&reply).print(c.out, c.width())
}

func scheduleTable(reply *store.SchedulesReply) *table {
	t := &table{columns: []column{{name: "NAME", give: true}, {name: "TIMES", give: true}, {name: "NEXT", right: true},
		{name: "LAST", right: true}, {name: "MISSED"}, {name: "KIND", give: true}}}
	for i := range reply.Schedules {
		s := &reply.Schedules[i]
		name, next, last := s.Name, "?", "never"
		at, known := nextTick(s, reply.Now)
		switch {
		case unreadable(s):
			name, next = name+" (unreadable)", "–"
		case s.Paused:
			name, next = name+" (paused)", "–"
		case known && at.IsZero():
			next = "never"
		case known:
			next = "in " + briefly(at.Sub(reply.Now))
		}
		if at := lastTick(s); !at.IsZero() {
			last = ago(at, reply.Now)
		}
		t.add(name, s.Spec, next, last, string(s.Missed), s.Job.Kind)
	}
	return t
}

// A scheduleJSON is a schedule as --json prints it.
type scheduleJSON struct {
	Name       string          `json:"name"`
	Unreadable string          `json:"unreadable,omitempty"` // what is wrong with its row; then there are no times
	Times      string          `json:"times"`
	Paused     bool            `json:"paused"`
	Missed     store.Missed    `json:"missed"`
	Jitter     float64         `json:"jitter_seconds,omitempty"`
	Next       time.Time       `json:"next,omitzero"`
	Last       time.Time       `json:"last,omitzero"`
	Kind       string          `json:"kind"`
	Queue      string          `json:"queue"`
	Args       json.RawMessage `json:"args,omitempty"`
	By         string          `json:"by,omitempty"`
	DeclaredAt time.Time       `json:"declared_at,omitzero"`
	ChangedAt  time.Time       `json:"changed_at,omitzero"`
}

type schedulesJSON struct {
	Schedules []scheduleJSON `json:"schedules"`
}

func schedulesOf(reply *store.SchedulesReply) schedulesJSON {
	out := schedulesJSON{Schedules: []scheduleJSON{}}
	for i := range reply.Schedules {
		s := &reply.Schedules[i]
		j := scheduleJSON{Name: s.Name, Times: s.Spec, Paused: s.Paused, Missed: s.Missed, Jitter: s.Jitter.Seconds(),
			Kind: s.Job.Kind, Queue: s.Job.Queue, Args: s.Job.Args, By: s.By, DeclaredAt: s.DeclaredAt, ChangedAt: s.ChangedAt}
		if j.Queue == "" {
			j.Queue = store.DefaultQueue
		}
		if at, known := nextTick(s, reply.Now); known && !s.Paused {
			j.Next = at.UTC()
		}
		j.Last = lastTick(s)
		if unreadable(s) {
			j.Unreadable, j.Times, j.Queue = j.Times, "", ""
		}
		out.Schedules = append(out.Schedules, j)
	}
	return out
}

// scheduler is the store, if it keeps schedules.
func (c *caller) scheduler() (*openStore, store.Scheduler, error) {
	st, err := c.open(false)
	if err != nil {
		return nil, nil, err
	}
	if s, ok := st.Store.(store.Scheduler); ok && st.Features().Schedules {
		return st, s, nil
	}
	defer st.close()
	return nil, nil, cannot(st, "schedules")
}
