package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// stopCmd stops workers.
type stopCmd struct {
	whichSet
	Timeout span `short:"t" help:"Wait no longer. Default: until all have ended." placeholder:"TIME"`
	Kill    bool `help:"Kill what still runs after --timeout."`
}

// Help is shown below the flags' list.
func (*stopCmd) Help() string {
	return `Workers get their stop signal and end as they do: Delayed Job's after their job,
tasuki's and Sidekiq's at the latest after their own timeout, -t, when they give back
what is not done. Who still works is named every ten seconds. After --timeout the
command gives up waiting with exit code 1, and the workers go on to their end; with
--kill they are killed then, and named. What the configuration has as timeout holds in
any case. Workers whose supervisor is gone are stopped too.

    tasuki stop
    tasuki stop --timeout 5m --kill`
}

// Run stops them.
func (s *stopCmd) Run(c *caller) error {
	if s.Kill && s.Timeout <= 0 {
		return wrong("reading the command line", "say after how long, such as --timeout 60 --kill", "--kill without --timeout")
	}
	set, err := s.settings()
	if err := c.asFarAs(set, err); err != nil {
		return err
	}
	defer c.heed()()
	return c.stop(set, s)
}

const stopping = "stopping the workers"

func (c *caller) stop(set *settings.Settings, s *stopCmd) error {
	st, err := control.Look(set.Dir)
	switch {
	case err != nil:
		return failed(stopping, err)
	case st.State == supervise.Stopped:
		if c.json {
			return c.printJSON(st)
		}
		return c.printf("no supervisor and no worker runs here (%s)\n", set.Dir)
	case st.Supervisor == nil && len(st.Living()) == 0 && len(st.Why) > 0: // it cannot be known
		return &fault{doing: stopping, why: errors.New(st.Why[0].What), hint: st.Why[0].Hint, code: exitFailed}
	}
	ctx, cancel := c.ctx, context.CancelFunc(func() {})
	if s.Timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(c.ctx, time.Duration(s.Timeout)+s.slack(), errPatience)
	}
	defer cancel()
	w := &stopWait{c: c, p: progressFrom(c, st), last: st, began: time.Now()}
	if st.Supervisor == nil {
		err = w.alone(ctx, set, s)
	} else {
		o := control.Order{Do: "stop"}
		if s.Kill {
			o.Kill = time.Duration(s.Timeout).Seconds()
		}
		err = control.Tell(ctx, set.Dir, o, w.hear)
	}
	return w.end(ctx, set, err)
}

// slack is for the end of what is killed.
func (s *stopCmd) slack() time.Duration {
	if s.Kill {
		return 5 * time.Second
	}
	return 0
}

var errPatience = errors.New("waited as long as --timeout says")

// A stopWait waits for the end of workers.
type stopWait struct {
	c     *caller
	p     *progress
	last  *supervise.Status
	began time.Time
	err   error // of printing
}

func (w *stopWait) hear(st *supervise.Status) {
	w.last = st
	w.err = errors.Join(w.err, w.p.tell(st), w.p.stillThere(st, w.began))
}

// alone stops workers that have no supervisor: this process becomes it for as long as it
// takes.
func (w *stopWait) alone(ctx context.Context, set *settings.Settings, s *stopCmd) error {
	if s.Kill {
		set.Timeout = time.Duration(s.Timeout)
	}
	set.Config.Log = w.c.silent()
	w.c.note("their supervisor is gone; stopping what it left")
	ended := make(chan error, 1)
	go func() { ended <- control.StopAlone(ctx, set) }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-tick.C:
			if st, err := control.Look(set.Dir); err == nil {
				st.Supervisor = nil
				w.hear(st)
			}
		}
	}
}

// end says how it went.
func (w *stopWait) end(ctx context.Context, set *settings.Settings, err error) error {
	switch {
	case w.err != nil:
		return w.err
	case errors.Is(context.Cause(ctx), errPatience):
		return &fault{doing: stopping, why: fmt.Errorf("%w; still at work: %s", errPatience, namesOf(w.last)), code: exitFailed,
			hint: "they end after their jobs, nobody starts new ones; `tasuki stop` waits again, `tasuki stop --timeout 10 --kill` does not"}
	case err != nil && ctx.Err() != nil:
		w.c.note("the workers go on to their end; `tasuki status` shows them")
		return failed(stopping, err)
	case errors.Is(err, supervise.ErrRunning):
		return &fault{doing: stopping, why: err, hint: "somebody starts or stops the same workers now; try again", code: exitFailed}
	case err != nil:
		return failed(stopping, err)
	}
	return w.c.stopped(set, w)
}

// stopped looks that nothing is left.
func (c *caller) stopped(set *settings.Settings, w *stopWait) error {
	deadline := time.Now().Add(claimFor)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := control.Look(set.Dir)
		switch {
		case err != nil:
			return failed(stopping, err)
		case st.State == supervise.Stopped || time.Now().After(deadline):
			return c.sayStopped(st, w)
		}
		<-tick.C
	}
}

func (c *caller) sayStopped(st *supervise.Status, w *stopWait) error {
	if err := w.p.tell(&supervise.Status{Slots: w.gone()}); err != nil {
		return err
	}
	switch {
	case st.State != supervise.Stopped:
		return &fault{doing: stopping, why: fmt.Errorf("not all have ended: %s", namesOf(st)), hint: "`tasuki status` shows them", code: exitFailed}
	case c.json:
		return c.printJSON(st)
	}
	return c.printf("all have ended after %s\n", briefly(time.Since(w.began)))
}

// gone are the slots that were seen last, with nobody in them.
func (w *stopWait) gone() []supervise.SlotStatus {
	slots := append([]supervise.SlotStatus{}, w.last.Slots...)
	for i := range slots {
		slots[i].Workers = nil
	}
	return slots
}
