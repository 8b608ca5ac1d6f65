package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// superviseCmd runs workers in the foreground.
type superviseCmd struct {
	newSet
	Daemon bool `hidden:"" help:"In the background, started by start or ensure."`
}

// Help is shown below the flags' list.
func (*superviseCmd) Help() string {
	return `In the foreground: for systemd (Type=notify), a container, a terminal. TERM and INT
stop, HUP restarts and reads the file again. What happened is on standard error,
where the workers print too.

    tasuki supervise -n 3 -- ./worker -t 25
    tasuki supervise --file shop.yml

` + aboutCommand
}

// Run supervises until it is told to stop.
func (s *superviseCmd) Run(c *caller) error {
	me := host.Myself()
	told := hearSignals()
	born := c.born(s.Daemon)
	err := s.run(c, me, told, born)
	born.failed(err)
	return err
}

func (s *superviseCmd) run(c *caller, me host.Subject, told *orders, born *birth) error {
	s.noFile = s.Daemon && s.File == ""
	set, err := s.settings(c)
	if err != nil {
		return misset(err)
	}
	if err := supervise.Isolate(); err != nil {
		return failed("starting the supervisor", err)
	}
	if set.Store != "" {
		b, err := backendOf(set.Store)
		if err != nil {
			return &fault{doing: "reading the configuration", why: err, code: exitConfig}
		}
		w := &witness{backend: b}
		defer w.close()
		set.Config.Witness = w
	}
	set.Config.Lock = born.lock
	set.Config.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	v := &control.Service{Settings: set, Up: born.up, Reload: told.reload}
	v.Grace, v.StopFrom = bound(c.ctx, set, me)
	ctx, end := told.context(c.ctx, set.Config.Log)
	defer end()
	err = v.Run(ctx)
	return supervised(err, v.Settings) // which a restart may have read again
}

// supervised is the end of a supervisor as a fault.
func supervised(err error, set *settings.Settings) error {
	const doing = "supervising"
	switch {
	case err == nil:
		return nil
	case errors.Is(err, supervise.ErrRunning):
		return &fault{doing: doing, why: bare{err}, hint: "`tasuki status` shows it, `tasuki restart` replaces its workers; another set of workers needs another --name", code: exitFailed}
	case errors.Is(err, control.ErrRefused):
		control.Refuse(set.Dir, set.Hash(), err)
		return &fault{doing: doing, why: err, code: exitConfig}
	}
	return failed(doing, bare{err})
}

const lookFor = time.Second // at most: systemd may not answer

// bound says what stands around this process, and answers how long a stop may take that
// the platform asked for, and who says so.
func bound(ctx context.Context, set *settings.Settings, me host.Subject) (limit time.Duration, from string) {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	log := set.Config.Log
	me.Timeout = set.Timeout
	r := host.Look(ctx, me)
	for _, t := range r.Traps {
		t.Log(log)
	}
	limit, from = graceOf(set, r.Stop)
	switch {
	case limit > 0 && (set.Timeout == 0 || limit < set.Timeout):
		log.Info("a stop that the platform asks for may take this long, then workers that still run are killed", slog.Duration("timeout", limit), slog.String("says", from))
		return limit, from
	case set.Timeout > 0:
		from = "timeout"
	default:
		from = "the workers: as long as their jobs take"
	}
	log.Info("a stop may take this long", slog.Duration("timeout", set.Timeout), slog.String("says", from))
	return 0, from
}

// graceOf is what the platform grants, less a margin; 0: nothing that is sure. A platform's
// default may have been raised where this process cannot see it: it is no reason to kill a
// worker, only to say so.
func graceOf(set *settings.Settings, s host.Stop) (time.Duration, string) {
	grace, from := s.Grace.Time, s.Grace.Source
	switch {
	case set.Grace > 0:
		grace, from = set.Grace, "--grace"
	case s.Err != nil:
		set.Config.Log.Warn("TASUKI_GRACE is not heeded", slog.Any("error", s.Err), slog.String("hint", "set it to the seconds between SIGTERM and SIGKILL"))
		return 0, ""
	case grace == 0, grace == host.Forever, s.Grace.Extends:
		return 0, ""
	case !s.Grace.Sure:
		set.Config.Log.Warn("the platform may kill all workers before they have ended", slog.Duration("grace", grace), slog.String("says", from),
			slog.String("hint", fmt.Sprintf("this is what holds if %s is not set; set TASUKI_GRACE to what is set", s.Grace.Setting)))
		return 0, ""
	}
	return grace - margin(grace), fmt.Sprintf("the grace of %v (%s) less %v", grace, from, margin(grace))
}

// margin is what is left of a grace for the supervisor's own end.
func margin(grace time.Duration) time.Duration {
	return min(2*time.Second, max(grace/10, 100*time.Millisecond))
}

// orders are what signals tell a supervisor.
type orders struct {
	stop   chan os.Signal
	reload chan os.Signal
}

func hearSignals() *orders {
	o := &orders{stop: make(chan os.Signal, 4), reload: make(chan os.Signal, 1)}
	signal.Notify(o.stop, syscall.SIGINT, syscall.SIGTERM)
	if term.IsTerminal(int(os.Stdin.Fd())) {
		signal.Notify(o.stop, syscall.SIGHUP) // the terminal is closed
	} else {
		signal.Notify(o.reload, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // who read the log may go; to ignore it would be inherited by workers
	return o
}

// context ends with the first signal that asks for the end. Further ones change nothing:
// some inits send two.
func (o *orders) context(ctx context.Context, log *slog.Logger) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-o.stop:
				log.Info("signal received", slog.String("signal", s.String()))
				cancel()
			case <-over:
				return
			}
		}
	}()
	return ctx, func() { close(over); cancel(); signal.Stop(o.stop); signal.Stop(o.reload) }
}

// A birth is between a supervisor in the background and who started it: the lock that it
// was given, and the pipe on which it says that it can be asked, or why not.
type birth struct {
	lock *os.File
	pipe io.WriteCloser
}

// Descriptors of a supervisor in the background.
const (
	lockFD  = 3
	birthFD = 4
)

// born is how this process was started.
func (c *caller) born(daemon bool) *birth {
	if !daemon {
		return &birth{}
	}
	detach()
	return &birth{lock: os.NewFile(lockFD, "lock"), pipe: os.NewFile(birthFD, "birth")}
}

const upLine = "up\n"

func (b *birth) up() { b.say(upLine) }

// failed says why the supervisor did not come up; after up nobody hears.
func (b *birth) failed(err error) {
	var f *fault
	switch {
	case err == nil:
		return
	case errors.As(err, &f) && f.hint != "":
		b.say(f.why.Error() + " " + hintMark + f.hint + ")")
	case f != nil: // who started this says what was being done
		b.say(f.why.Error())
	default:
		b.say(err.Error())
	}
}

func (b *birth) say(text string) {
	if b.pipe != nil {
		io.WriteString(b.pipe, text)
		b.pipe.Close()
		b.pipe = nil
	}
}
