package tasuki

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
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
// At the start it logs what would keep a stop from reaching it or cut it short, with the
// fix (TASUKI_GRACE is the platform's time between SIGTERM and SIGKILL). It tells systemd or
// a supervisor how it does, and on ECS it protects its task: see [Protect].
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
	w.supervised()
	me := host.Myself()
	deadline := newDeadline(w)
	signals := deadline.signals()
	defer deadline.deaf()
	defer lookAround(func(ctx context.Context) { w.look(ctx, me) })()
	if err := w.startUnless(deadline.armed); err != nil {
		return w.notStarted(err, deadline)
	}
	deadline.code.Store(ExitUnrecorded)
	defer w.herald()()
	why := w.untilStopped(signals)
	deadline.arm()
	go w.whileStopping(signals, deadline.end)
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
	watchdog := time.NewTicker(cmp.Or(host.Watchdog(), never))
	defer watchdog.Stop()
	serves := w.claimer.serves
	for {
		select {
		case <-serves:
			serves = nil
			w.notify("READY=1")
		case s := <-signals:
			w.log.Info("signal received", slog.String("signal", s.String()))
			if isStop(s) {
				return nil // taken from the queue, so that it is not the second one
			}
			w.onSignal(s)
		case err := <-w.doomed:
			return err
		case <-watchdog.C:
			w.notify("WATCHDOG=1")
		}
	}
}

// never is a ticker's period that no process lives to see.
const never = 1 << 62 * time.Nanosecond

// whileStopping goes on hearing signals during a stop, and asks systemd for the time
// that it needs, so long as that is not more than the worker itself allows.
func (w *Worker) whileStopping(signals <-chan os.Signal, end time.Time) {
	w.notify("STOPPING=1", extension(end))
	again := time.NewTicker(min(extendEvery, cmp.Or(host.Watchdog(), never)))
	defer again.Stop()
	for {
		select {
		case s := <-signals:
			w.log.Info("signal received during the stop", slog.String("signal", s.String()))
			if s == os.Interrupt && atTerminal() {
				w.LastCall()
			}
		case <-again.C:
			w.notify(extension(end), "WATCHDOG=1")
		case <-w.stopped:
			return
		}
	}
}

const (
	extendEvery = time.Second
	extendBy    = 3 * time.Second
)

// extension asks systemd for the time until the next one comes, with a reserve, but for
// none behind the end: the process is gone then.
func extension(end time.Time) string {
	d := min(extendBy, max(time.Until(end), time.Millisecond))
	return "EXTEND_TIMEOUT_USEC=" + strconv.FormatInt(d.Microseconds(), 10)
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
