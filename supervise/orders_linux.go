package supervise

import (
	"context"
	"fmt"
	"time"
)

// Restart replaces all workers and returns when each slot has a new one that is ready, or
// says why the old ones go on. Old ones may still end then.
func (s *Supervisor) Restart(ctx context.Context, stopFirst bool) error {
	w := waiter{stopFirst: stopFirst, done: make(chan error, 1)}
	select {
	case s.events <- event{restart: &w}:
	case <-s.over:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-s.over:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answer tells those who wait for a restart that has ended.
func (s *Supervisor) answer() {
	still := s.waiting[:0]
	for _, w := range s.waiting {
		if w.of.underWay() {
			still = append(still, w)
			continue
		}
		w.done <- w.of.err
	}
	s.waiting = still
}

// inLoop has the loop's goroutine do something, and waits until it has.
func (s *Supervisor) inLoop(ctx context.Context, do func()) error {
	done := make(chan struct{})
	select {
	case s.events <- event{do: func() { defer close(done); do() }}:
	case <-s.over:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-s.over:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Status is how all is now.
func (s *Supervisor) Status(ctx context.Context) (*Status, error) {
	var st *Status
	err := s.inLoop(ctx, func() { st = s.snapshot(time.Now()) })
	return st, err
}

// Stop has the workers end; Run returns when they have. kill is after how long those that
// still run are killed; 0: as the configuration says. A further Stop may only lower it.
func (s *Supervisor) Stop(kill time.Duration) {
	s.happens(event{do: func() {
		now := time.Now()
		s.plan.stop(now)
		if kill <= 0 {
			return
		}
		if kill += now.Sub(s.plan.stopAt); s.cfg.Timeout == 0 || kill < s.cfg.Timeout {
			s.cfg.Timeout = kill
		}
	}})
}

// Reconfigure has another configuration hold from now on: for workers to come, how many there
// are, and how long a stop may take. Dir, Lock, Witness, Log and Output stay. Who is told to
// stop refuses: its limit may be less than the configuration's.
func (s *Supervisor) Reconfigure(ctx context.Context, cfg Config) error {
	cfg, err := cfg.complete()
	if err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	stops := false
	err = s.inLoop(ctx, func() {
		if stops = s.plan.stops(); stops {
			return
		}
		s.cfg.Worker, s.cfg.Workers, s.cfg.Restart, s.cfg.Limits, s.cfg.Timeout = cfg.Worker, cfg.Workers, cfg.Restart, cfg.Limits, cfg.Timeout
		s.plan.resize(cfg.Workers)
	})
	if stops {
		return ErrStopped
	}
	return err
}
