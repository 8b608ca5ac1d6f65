package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// startCmd starts a supervisor in the background.
type startCmd struct{ newSet }

// Help is shown below the flags' list.
func (*startCmd) Help() string {
	return `In the background, where it stays when the terminal closes. Returns when each
worker works, or says why one does not; the exit code is 1 then. If they run
already nothing is changed.

    tasuki start -n 3 -- bundle exec bin/delayed_job run
    tasuki start --file shop.yml

` + aboutCommand
}

// Run starts it.
func (s *startCmd) Run(c *caller) error {
	set, err := s.settings(c)
	if err != nil {
		return misset(err)
	}
	return c.start(set)
}

// start starts a supervisor in the background and waits until its workers work.
func (c *caller) start(set *settings.Settings) error {
	defer c.heed()()
	const doing = "starting the workers"
	lock, err := c.claim(set.Dir)
	if errors.Is(err, supervise.ErrRunning) {
		return c.runsAlready(set)
	}
	if err != nil {
		return failed(doing, bare{err})
	}
	d, err := spawn(set, lock)
	lock.Close()
	if err != nil {
		return failed(doing, err)
	}
	if err := d.born(); err != nil {
		return err
	}
	return c.untilSettled(d, set)
}

const claimFor = 5 * time.Second

// claim takes the supervisor's lock. Somebody may hold it for a moment who only looks, or
// who has ended already.
func (c *caller) claim(dir string) (*os.File, error) {
	deadline := time.Now().Add(claimFor)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		lock, err := supervise.Claim(dir)
		if !errors.Is(err, supervise.ErrRunning) {
			return lock, err
		}
		if _, asked := control.Ask(dir); !errors.Is(asked, control.ErrNobody) || time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			return nil, err
		}
	}
}

// runsAlready is said by who would start what runs.
func (c *caller) runsAlready(set *settings.Settings) error {
	st, err := control.Look(set.Dir)
	switch {
	case err != nil:
		return failed("starting the workers", err)
	case st.State == supervise.Stopping:
		return &fault{doing: "starting the workers", why: fmt.Errorf("the supervisor, process %d, still stops, with %s", st.Supervisor.PID, count(len(st.Living()), "worker")),
			hint: "start again when they have ended; `tasuki status` shows them", code: exitFailed}
	case st.Supervisor == nil: // for as long as claim waits
		return &fault{doing: "starting the workers", why: errors.New("somebody holds the supervisor's lock, and no supervisor answers"),
			hint: "`tasuki stop` may be ending what a supervisor that is gone has left; `tasuki status` shows it: start again when nothing runs", code: exitFailed}
	case st.Want == 0: // it does not answer
		what, hint := told(st.Why[len(st.Why)-1])
		return &fault{doing: "starting the workers", why: errors.New(what), hint: hint, code: exitFailed}
	case c.json:
		return c.printJSON(st)
	}
	return c.printf("running already: supervisor with pid %d, %s (hint: `tasuki restart` replaces them)\n", st.Supervisor.PID, count(len(st.Living()), "worker"))
}

// untilSettled tells what becomes of the first workers.
func (c *caller) untilSettled(d *daemon, set *settings.Settings) error {
	p := newProgress(c)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := control.Ask(set.Dir)
		if err != nil && d.ended() {
			return d.why()
		}
		if err == nil {
			if err := p.tell(st); err != nil {
				return err
			}
			if st.Settled() && st.State != supervise.Stopping && !st.Hopeless() { // otherwise it ends
				return c.started(st)
			}
		}
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			c.note("the supervisor goes on in the background; `tasuki stop` ends it")
			return failed("waiting for the workers", c.ctx.Err())
		}
	}
}

// started is the end of a start.
func (c *caller) started(st *supervise.Status) error {
	if c.json {
		if err := c.printJSON(st); err != nil {
			return err
		}
	}
	if st.State == supervise.Running {
		return nil
	}
	why, hint := "not all work", ""
	if len(st.Why) > 0 {
		why, hint = told(st.Why[0])
	}
	return &fault{doing: "starting the workers", why: errors.New(why), hint: hint + "; the supervisor goes on trying, `tasuki stop` ends it", code: exitFailed}
}

// A daemon is a supervisor that was started in the background.
type daemon struct {
	cmd   *exec.Cmd
	birth *os.File // what it says of its birth
	gone  chan struct{}
	log   string
	dir   string
}

// ended says whether its process has.
func (d *daemon) ended() bool {
	select {
	case <-d.gone:
		return true
	default:
		return false
	}
}

// why it has ended, after it was up.
func (d *daemon) why() error {
	code := d.cmd.ProcessState.ExitCode()
	why, hint := fmt.Errorf("the supervisor has ended with exit code %d", code), "its log tells why: "+d.log
	if r := control.Refused(d.dir); code == exitConfig && r != nil {
		why, hint = errors.New(r.Error), ""
	}
	if code <= 0 {
		code = exitFailed
	}
	return &fault{doing: "starting the workers", why: why, hint: hint, code: code}
}
