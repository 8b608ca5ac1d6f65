package tasukitest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// A shift is the life of one worker: it ends when nothing is left to run, or when
// it is stopped or killed.
type shift struct {
	door   *door
	worker *tasuki.Worker
	asked  chan struct{} // closed when the job asked for the stop
	ask    sync.Once

	mu    sync.Mutex // owns what follows
	plans []*plan
	came  map[string]int // points so far
	err   error          // of a kill
}

type shiftKey struct{}

// newShift makes a worker for one job, or for all (only is nil).
func newShift(t TB, s *settings, only *store.Record) (*shift, error) {
	sh := &shift{door: newDoor(s.st, only), asked: make(chan struct{}), plans: s.plans, came: map[string]int{}}
	cfg := s.cfg
	cfg.Queues, cfg.Schedules = nil, nil
	// The door lets one job run at a time and wakes the worker when there may be
	// another. A full worker would look at its slots all the time, as would one that
	// polls: in a bubble where handlers wait for days that is long.
	cfg.Slots, cfg.ReadAhead, cfg.Poll = 2, -1, time.Hour
	if cfg.Logger == nil {
		cfg.Logger = logOf(t, sh.door)
	}
	cfg.OnJob = sh.onJob(cfg.OnJob)
	w, err := tasuki.New(sh.door, cfg)
	sh.worker = w
	return sh, err
}

// onJob notes a run's end and tells the user's hook, unless the worker is dead.
func (s *shift) onJob(then func(context.Context, tasuki.JobEnd)) func(context.Context, tasuki.JobEnd) {
	return func(ctx context.Context, e tasuki.JobEnd) {
		if then != nil && !s.door.isDead() {
			then(ctx, e)
		}
		if err := s.door.ended(e); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.err = err
		}
	}
}

// work runs the worker to its end.
func (s *shift) work() error {
	ctx := context.WithValue(context.Background(), shiftKey{}, s)
	if err := s.worker.Start(probe.With(ctx, s.at)); err != nil {
		return err
	}
	var why error
	select {
	case <-s.door.over:
	case <-s.asked:
	case why = <-s.worker.Doomed():
	}
	if err := s.worker.Stop(context.Background()); err != nil {
		return fmt.Errorf("stop the worker: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	return why
}
