package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Move brings the selected jobs to another state; see [store.Admin].
func (s *Store) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	move, ok := moves[req.To]
	if !ok {
		return 0, fmt.Errorf("move to %q: no such way: %w", req.To, store.ErrInvalid)
	}
	if req.Filter.Empty() {
		return 0, nil
	}
	if err := s.enter(ctx, "move"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	s.promoteAll()
	moved := 0
	// Deleting closes the roll up, hence the copy.
	for _, j := range slices.Clone(s.candidates(&req.Filter)) {
		if !j.gone && selects(&req.Filter, j) && move(s, j, &req) {
			moved++
		}
	}
	if moved > 0 {
		s.ears.wake()
	}
	return moved, nil
}

// moves are the ways that Move knows; each says whether it moved the job.
var moves = map[store.State]func(s *Store, j *job, req *store.MoveRequest) bool{
	store.Ready:     (*Store).moveToReady,
	store.Dead:      (*Store).moveToEnd,
	store.Cancelled: (*Store).moveToEnd,
	store.Deleted:   (*Store).moveToNothing,
}

func (s *Store) moveToReady(j *job, req *store.MoveRequest) bool {
	switch j.State {
	case store.Dead, store.Cancelled:
		if j.Unique != "" && s.unique[j.Unique] != nil {
			return false
		}
		s.lift(j)
		s.revive(j)
	case store.Scheduled, store.Retry:
		s.lift(j)
	default:
		return false
	}
	s.wait(j, store.Ready, 0)
	s.noteMove(j, req.Why)
	s.put(j)
	return true
}

// revive makes an ended job start anew.
func (s *Store) revive(j *job) {
	j.Attempts, j.Deaths, j.Why = 0, 0, ""
	j.EndedAt, j.keepUntil = time.Time{}, time.Time{}
	if j.Unique != "" {
		s.unique[j.Unique] = j
	}
}

func (s *Store) moveToEnd(j *job, req *store.MoveRequest) bool {
	switch j.State {
	case store.Running:
		return req.To == store.Cancelled && s.markCancelling(j, req.Why)
	case store.Scheduled, store.Ready, store.Retry:
		s.lift(j)
		s.end(j, req.To, req.Why)
		s.noteMove(j, req.Why)
		s.put(j)
		return true
	}
	return false
}

// markCancelling leaves it to the worker's next beat.
func (s *Store) markCancelling(j *job, why string) bool {
	if !s.features.Cancel {
		return false
	}
	j.Cancelling, j.Why = true, clean(why)
	return true
}

func (s *Store) moveToNothing(j *job, _ *store.MoveRequest) bool {
	if j.State == store.Running {
		return false
	}
	s.lift(j)
	s.drop(j)
	return true
}

// noteMove writes into the journal why a person moved the job.
func (s *Store) noteMove(j *job, why string) {
	if why != "" {
		now := s.now()
		s.note(j, store.Run{From: now, Until: now, Why: why})
	}
}

// Pause stops or lets go claims from queues; see [store.Admin].
func (s *Store) Pause(ctx context.Context, queues []string, on bool) error {
	if !s.features.Pause {
		return unsupported("pause")
	}
	if err := s.enter(ctx, "pause"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, q := range queues {
		if on {
			s.paused[q] = true
		} else {
			delete(s.paused, q)
		}
	}
	if !on {
		s.ears.wake()
	}
	return nil
}

// Signal gives workers an order; see [store.Admin].
func (s *Store) Signal(ctx context.Context, workers []string, what store.OrderKind) (int, error) {
	if !s.features.Signal {
		return 0, unsupported("signal")
	}
	if err := s.enter(ctx, "signal"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	known := 0
	for _, name := range slices.Compact(slices.Sorted(slices.Values(workers))) {
		if w := s.workers[name]; w != nil {
			s.orders++
			w.orders = append(w.orders, store.Order{N: s.orders, What: what})
			known++
		}
	}
	return known, nil
}
