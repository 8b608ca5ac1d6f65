package tasuki

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// Exit codes of Main.
const (
	ExitOK         = 0
	ExitFailed     = 1  // the worker could not start, or its store is gone
	ExitUsage      = 64 // a flag or variable is wrong (EX_USAGE)
	ExitUnrecorded = 75 // jobs ended that could not be recorded (EX_TEMPFAIL)
)

// Main runs w as a process of its own and answers its exit code: os.Exit(Main(w)).
//
// Flags, each with a variable that it overrides, and both override the Config:
//
//	-t SECONDS, TASUKI_TIMEOUT      how long a stop may take (also "90s", "2m")
//	-c N, TASUKI_CONCURRENCY        slots
//	-q NAME[,WEIGHT], TASUKI_QUEUES queues; -q again for each, the variable
//	                                separates them by spaces
//
// What depends on them follows: with -t LastCall is that timeout's default, with
// -c ReadAhead is that number of slots'.
//
// Signals: TERM and INT stop in stages. A second TERM changes nothing, as some
// inits send two; an INT during the stop, from a terminal, goes to last call. TSTP is quiet,
// CONT takes it back. TTIN writes all goroutines to the log.
//
// Whatever the handlers do, the process has exited when the timeout is over
// after the first signal. Jobs that still ran then are released by other workers
// as soon as this process is gone; that is no failure, the exit code is 0.
func Main(w *Worker) int { return mainWith(w, os.Args[1:], os.Stderr) }

func mainWith(w *Worker, args []string, stderr io.Writer) int {
	if err := w.flags(args, stderr); errors.Is(err, flag.ErrHelp) {
		return ExitOK
	} else if err != nil {
		fmt.Fprintln(stderr, err)
		return ExitUsage
	}
	w.exits = true
	deadline := newDeadline(w)
	signals := deadline.signals()
	defer deadline.deaf()
	w.sayWhatStopsIt()
	if err := w.startUnless(deadline.armed); err != nil {
		return w.notStarted(err, deadline)
	}
	deadline.code.Store(ExitUnrecorded)
	w.notify("READY=1")
	why := w.untilStopped(signals)
	deadline.arm()
	w.notify("STOPPING=1")
	go w.whileStopping(signals)
	code := w.exitCode(why, w.Stop(context.Background()))
	deadline.code.Store(int32(code))
	return code
}

// startUnless starts the worker, unless it is told to stop meanwhile: the store may
// let a start wait.
func (w *Worker) startUnless(told <-chan struct{}) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := make(chan error, 1)
	go func() { started <- w.Start(ctx) }()
	select {
	case err := <-started:
		return err
	case <-told:
		cancel()
		return <-started
	}
}

func (w *Worker) notStarted(err error, d *deadline) int {
	select {
	case <-d.armed:
		w.log.Info("told to stop before the worker had started")
		return ExitOK
	default:
		w.log.Error("the worker cannot start", slog.Any("error", err))
		return ExitFailed
	}
}

// exitCode is the worst of why the worker had to end and how its stop went.
// Handlers that still run are no failure: their jobs are released.
func (w *Worker) exitCode(why, stop error) int {
	if why != nil {
		w.log.Error("the worker ended", slog.Any("error", why))
	}
	var unrecorded *Unrecorded
	switch {
	case errors.As(stop, &unrecorded):
		return ExitUnrecorded
	case why != nil:
		return ExitFailed
	}
	return ExitOK
}

// untilStopped acts on signals until one of them, an order or a lost store ends
// the worker's work.
func (w *Worker) untilStopped(signals <-chan os.Signal) error {
	watchdog := w.watchdog()
	defer watchdog.Stop()
	for {
		select {
		case s := <-signals:
			w.log.Info("signal received", slog.String("signal", s.String()))
			if isStop(s) {
				return nil // taken from the queue, so that it is not the second one
			}
			w.onSignal(s)
		case err := <-w.doomed:
			return err
		case <-watchdog.C:
			w.notify("WATCHDOG=1\nSTATUS=" + w.inFlight())
		}
	}
}

// watchdog ticks as often as systemd wants to hear from us; never if it does
// not.
func (w *Worker) watchdog() *time.Ticker {
	every := host.Watchdog()
	t := time.NewTicker(max(every, time.Second))
	if every == 0 {
		t.Stop()
	}
	return t
}

// whileStopping goes on hearing signals during a stop, and asks systemd for the
// time that the drain needs.
func (w *Worker) whileStopping(signals <-chan os.Signal) {
	extend := time.NewTicker(time.Second)
	defer extend.Stop()
	for {
		select {
		case s := <-signals:
			w.log.Info("signal received during the stop", slog.String("signal", s.String()))
			if s == os.Interrupt && atTerminal() {
				w.LastCall()
			}
		case <-extend.C:
			w.notify("EXTEND_TIMEOUT_USEC=3000000\nWATCHDOG=1\nSTATUS=draining " + w.inFlight())
		case <-w.stopped:
			return
		}
	}
}

// atTerminal says whether a person may be sending our signals: some supervisors
// send two INTs and mean one.
func atTerminal() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	tty.Close()
	return true
}

func (w *Worker) notify(lines string) {
	if err := host.Notify(lines); err != nil {
		w.log.Debug("systemd was not told", slog.Any("error", err))
	}
}

// sayWhatStopsIt logs the worker's timeout and warns if the platform grants
// less.
func (w *Worker) sayWhatStopsIt() {
	grace, err := parseSeconds(os.Getenv("TASUKI_GRACE"))
	switch {
	case os.Getenv("TASUKI_GRACE") == "":
		w.log.Info("a stop may take this long; set TASUKI_GRACE to the platform's grace to have it checked", slog.Duration("timeout", w.cfg.Timeout))
	case err != nil:
		w.log.Warn("TASUKI_GRACE is no time", slog.String("value", os.Getenv("TASUKI_GRACE")), slog.String("hint", "set it to the seconds between SIGTERM and SIGKILL"))
	case grace <= w.cfg.Timeout:
		w.log.Warn("the platform kills this process before its own stop is over", slog.Duration("grace", grace),
			slog.Duration("timeout", w.cfg.Timeout), slog.String("hint", fmt.Sprintf("raise the platform's grace above %v or lower -t below %v", w.cfg.Timeout, grace)))
	default:
		w.log.Info("a stop may take this long", slog.Duration("timeout", w.cfg.Timeout), slog.Duration("grace", grace))
	}
}
