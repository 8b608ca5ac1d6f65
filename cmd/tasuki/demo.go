package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/demo"
)

// demoCmd shows what deploys and crashes do to jobs.
type demoCmd struct {
	Dir string `arg:"" optional:"" help:"The directory whose files are hashed. Default: the Go tree (go env GOROOT)."`
}

// Help is shown below the flags' list.
func (*demoCmd) Help() string {
	return `Two resumable jobs write the SHA-256 of every file below DIR into a manifest. Files
are only read; everything else happens in a temporary directory. Meanwhile the
workers, real processes, are treated as in production: a deploy with SIGTERM, two
workers at once, a stop whose timeout is shorter than its job, kill -9. In the end
all files are hashed again and compared with the manifest.

The last line is the sum, and the exit code is 1 if one of the three is not 0:

    lost 0 · doubled 0 · attempts used 0 · 15036 files

    tasuki demo
    tasuki demo ~/Pictures

A small tree is slowed down so that there is something to interrupt. The demo's
own file is written without waiting for the disk: it ends processes, not the
power.`
}

// Run plays the demo.
func (d *demoCmd) Run(c *caller) error {
	ctx, ended := untilSignal(c.ctx)
	defer ended()
	self, err := os.Executable()
	if err != nil {
		return failed("finding this program to run it as a worker", err)
	}
	o := demo.Options{Dir: d.Dir, Program: []string{self, "demo-worker"}, Out: c.out}
	if c.json {
		o.Out = c.err
	}
	o.Width, o.Colour = terminalOf(o.Out)
	result, err := demo.Run(ctx, o)
	if result != nil {
		if err := c.printResult(result); err != nil {
			return err
		}
	}
	var signalled signalError
	switch {
	case errors.As(err, &signalled):
		c.note("tasuki: demo ended by %v; its workers are gone and its files are removed", signalled.Signal)
		return exitCode(exitSignal + int(signalled.Signal))
	case err != nil:
		return failed("running the demo", err)
	case !result.OK():
		return exitCode(exitFailed)
	}
	return nil
}

func (c *caller) printResult(r *demo.Result) error {
	if c.json {
		return c.printJSON(r)
	}
	return wrote(r.Print(c.out))
}

// A signalError is the signal that ended the demo.
type signalError struct{ syscall.Signal }

func (s signalError) Error() string { return fmt.Sprintf("signal: %v", s.Signal) }

// untilSignal answers a context that ends with the first signal that asks the
// program to end. A closed pipe then is an error of writing and not the end of
// the process, so that what was started is ended first.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	asked, pipe := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	signal.Notify(pipe, syscall.SIGPIPE)
	go func() {
		select {
		case s := <-asked:
			cancel(signalError{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(nil)
		signal.Stop(asked)
		signal.Stop(pipe)
	}
}

// demoWorkerCmd is a worker of the demo: this program run again by itself.
type demoWorkerCmd struct {
	File  string   `arg:""`
	Flags []string `arg:"" optional:"" help:"Flags of tasuki.Main, behind a --."`
}

// Run runs jobs until it is told to stop.
func (d *demoWorkerCmd) Run(c *caller) error {
	return exitCode(demo.Work(d.File, d.Flags, c.copies))
}
