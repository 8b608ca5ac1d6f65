package main

import (
	"errors"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// ensureCmd starts workers unless they run.
type ensureCmd struct{ newSet }

// Help is shown below the flags' list.
func (*ensureCmd) Help() string {
	return `For a line of cron, as often as you like: of all that run at once one starts the
workers, the others end at once, silently, with exit code 0. A configuration with
which nothing can work is said once, with exit code 78, and not tried again until it
or the program has changed, or ` + "`tasuki start`" + ` tries it.

    tasuki ensure --file /srv/shop/tasuki.yml
    tasuki ensure --name shop -n 3 -- /srv/shop/worker

` + aboutCommand
}

// Run starts them if nobody has.
func (e *ensureCmd) Run(c *caller) error {
	set, err := e.whichSet.settings()
	if set.Dir == "" {
		return misset(err)
	}
	lock, claimed := supervise.Claim(set.Dir)
	switch {
	case errors.Is(claimed, supervise.ErrRunning):
		return nil
	case claimed != nil && err == nil:
		return failed("starting the workers", bare{claimed})
	case claimed != nil:
		return misset(err)
	}
	defer lock.Close()
	if err == nil {
		err = e.flags(c, set)
	}
	if err == nil {
		err = complete(set)
	}
	if before := control.Refused(set.Dir); before != nil && before.Hash == set.Hash() {
		return exitCode(exitConfig)
	}
	if err != nil {
		return c.refuse(set, err)
	}
	d, err := spawn(set, lock)
	if err != nil {
		return failed("starting the workers", err)
	}
	return d.born()
}

// refuse says once that a configuration is wrong.
func (c *caller) refuse(set *settings.Settings, why error) error {
	if code := codeOf(misset(why)); code == exitConfig || code == exitUsage {
		if err := control.Refuse(set.Dir, set.Hash(), why); err != nil {
			c.note("tasuki: it could not be written down that this was said: %v", err)
		}
	}
	return misset(why)
}
