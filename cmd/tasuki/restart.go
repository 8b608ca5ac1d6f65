package main

import (
	"errors"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// restartCmd replaces workers.
type restartCmd struct {
	newSet
	Overlap bool `help:"New workers start before old ones end, whatever the configuration says."`
	Wait    bool `help:"Wait until the old workers have ended, too."`
}

// Help is shown below the flags' list.
func (*restartCmd) Help() string {
	return `One slot after the other: a new worker is started, and when it works the old one
takes no more jobs and ends after those that it has. Returns when each slot has a new
worker that works; old ones may still end then. The configuration is read again. If a
new worker does not come to work, the old ones go on, and the exit code is 1. A restart
during another one joins it. Without a supervisor one is started.

    tasuki restart
    tasuki restart --wait -n 5

` + aboutCommand
}

const restarting = "restarting the workers"

// Run replaces them.
func (r *restartCmd) Run(c *caller) error {
	if r.Overlap && r.StopFirst {
		return wrong("reading the command line", "give one of them", "--overlap and --stop-first exclude each other")
	}
	set, err := r.whichSet.settings()
	if err == nil {
		err = r.flags(c, set)
	}
	if err != nil {
		return misset(err)
	}
	st, err := control.Look(set.Dir)
	switch {
	case err != nil:
		return failed(restarting, err)
	case st.Supervisor == nil:
		return r.startInstead(c)
	}
	return r.restart(c, set, st)
}

// startInstead is for who restarts what does not run.
func (r *restartCmd) startInstead(c *caller) error {
	c.note("no supervisor runs; starting one")
	set, err := r.settings(c)
	if err != nil {
		return misset(err)
	}
	return c.start(set)
}

func (r *restartCmd) restart(c *caller, set *settings.Settings, st *supervise.Status) error {
	defer c.heed()()
	flags := set.Flags()
	for _, key := range []string{"dir", "name"} { // they say which supervisor is meant
		delete(flags, key)
	}
	if r.Overlap {
		flags["stop_first"] = []string{"false"}
	}
	p, began, last := progressFrom(c, st), time.Now(), st
	var printing error
	err := control.Tell(c.ctx, set.Dir, control.Order{Do: "restart", StopFirst: r.StopFirst, Flags: flags}, func(st *supervise.Status) {
		last = st
		printing = errors.Join(printing, p.tell(st), p.stillThere(st, began))
	})
	switch {
	case printing != nil:
		return printing
	case c.ctx.Err() != nil:
		c.note("the restart goes on; `tasuki status` shows how far it is")
		return failed(restarting, err)
	case errors.Is(err, control.ErrRefused):
		return misset(err)
	case err != nil && strings.Contains(err.Error(), hintMark):
		return failed(restarting, err)
	case err != nil && last.State == supervise.Stopping:
		return &fault{doing: restarting, why: err, hint: "`tasuki start` starts new workers when the old ones have ended", code: exitFailed}
	case err != nil && len(last.Living()) == 0:
		return &fault{doing: restarting, why: err, hint: "no worker lives; the supervisor goes on trying: `tasuki status` shows how, its log tells more", code: exitFailed}
	case err != nil:
		return &fault{doing: restarting, why: err, hint: "the workers from before go on; `tasuki status` shows them, the log tells more", code: exitFailed}
	}
	if r.Wait {
		if last, err = r.wait(c, set, p, began); err != nil {
			return err
		}
	}
	return c.restarted(last, began)
}

// wait waits for the end of the old workers.
func (r *restartCmd) wait(c *caller, set *settings.Settings, p *progress, began time.Time) (*supervise.Status, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := control.Ask(set.Dir)
		if err != nil {
			return nil, failed(restarting, err)
		}
		old := olds(st)
		if err := errors.Join(p.tell(st), p.stillThere(old, began)); err != nil {
			return nil, err
		}
		if len(old.Living()) == 0 {
			return st, nil
		}
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			return nil, failed("waiting for the old workers", c.ctx.Err())
		}
	}
}

// olds is the same with only those workers that are to end.
func olds(st *supervise.Status) *supervise.Status {
	of := *st
	of.Slots = nil
	for _, slot := range st.Slots {
		var still []supervise.WorkerStatus
		for _, w := range slot.Workers {
			if w.Why != "" {
				still = append(still, w)
			}
		}
		slot.Workers = still
		of.Slots = append(of.Slots, slot)
	}
	return &of
}

// restarted is the end of a restart that went well.
func (c *caller) restarted(st *supervise.Status, began time.Time) error {
	if c.json {
		return c.printJSON(st)
	}
	if err := c.printf("each slot has a new worker after %s (generation %d)\n", briefly(time.Since(began)), st.Generation); err != nil {
		return err
	}
	if still := namesOf(olds(st)); still != "" {
		return c.lines([]string{"old ones still end: " + still})
	}
	return nil
}
