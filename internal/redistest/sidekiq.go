package redistest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

//go:embed ruby/worker.rb
var workerFrame string

// A Sidekiq is a worker process of Ruby's Sidekiq.
type Sidekiq struct {
	home     *home
	process  *process
	identity string
}

// StartSidekiq starts one, and waits until it works and is in Redis' list of processes.
// ErrMissing: Sidekiq is not installed.
func StartSidekiq(ctx context.Context, a App) (*Sidekiq, error) {
	h, err := a.home(workerFrame)
	if err != nil {
		return nil, err
	}
	s := &Sidekiq{home: h}
	if err := s.start(ctx, a); err != nil {
		return nil, errors.Join(fmt.Errorf("start Sidekiq: %w; its log:\n%s", err, s.Log()), s.Stop())
	}
	return s, nil
}

// Sidekiq starts a worker process for one test, which is killed when it ends. Where
// Sidekiq is missing the test is skipped.
func (a App) Sidekiq(tb testing.TB) *Sidekiq {
	tb.Helper()
	s, err := StartSidekiq(tb.Context(), a)
	return owned(tb, s, err)
}

func (s *Sidekiq) start(ctx context.Context, a App) error {
	var err error
	cmd := a.command(s.home, "sidekiq", append([]string{"-r", s.home.path("frame.rb")}, a.Flags...)...)
	if s.process, err = s.home.start("sidekiq", cmd); err != nil {
		return err
	}
	return s.process.until(ctx, func(context.Context) bool {
		name, err := os.ReadFile(s.home.path("ready"))
		s.identity = string(name)
		return err == nil
	})
}

// Identity is its name in Redis: host, process id and a nonce.
func (s *Sidekiq) Identity() string { return s.identity }

// PID is its process id.
func (s *Sidekiq) PID() int { return s.process.pid() }

// Signal sends a signal: TSTP (quiet), TERM (stop), TTIN (its threads go to the log),
// STOP and CONT (it stands still). To one that has ended it is nothing.
func (s *Sidekiq) Signal(how syscall.Signal) error { return s.process.signal(how) }

// Kill ends it at once (SIGKILL).
func (s *Sidekiq) Kill() error { return s.process.end(kill) }

// Wait waits for its end and answers what it exited with, or -1 by a signal.
func (s *Sidekiq) Wait(ctx context.Context) (int, error) {
	if err := s.process.wait(ctx); err != nil {
		return 0, err
	}
	return s.process.code(), nil
}

// Log is what it has said until now.
func (s *Sidekiq) Log() string {
	if s.process == nil {
		return ""
	}
	return s.process.output()
}

// Says waits until the log has a text, for a minute at most. It is an error if the process
// ends before.
func (s *Sidekiq) Says(ctx context.Context, text string) error {
	err := s.process.until(ctx, func(context.Context) bool { return strings.Contains(s.Log(), text) })
	if errors.Is(err, errExited) && strings.Contains(s.Log(), text) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("wait for %q in the log of Sidekiq: %w; the log:\n%s", text, err, s.Log())
	}
	return nil
}

// Stop kills it, if it runs, and removes all that belongs to it.
func (s *Sidekiq) Stop() error {
	var err error
	if s.process != nil {
		err = s.process.end(kill)
	}
	return errors.Join(err, s.home.end())
}
