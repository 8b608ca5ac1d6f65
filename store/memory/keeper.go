package memory

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Release takes back what a dead worker held; see [store.Keeper].
func (s *Store) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	if err := s.enter(ctx, "release"); err != nil {
		return store.ReleaseReply{}, err
	}
	defer s.mu.Unlock()
	w := s.workers[req.Worker]
	if w == nil || w.Beat != req.Beat {
		return store.ReleaseReply{}, nil
	}
	reply := store.ReleaseReply{Released: true}
	stopping := w.State == store.Stopping || w.State == store.Leaving
	for _, j := range slices.SortedFunc(maps.Values(w.held), bySeq) {
		ran := max(0, w.BeatAt.Sub(j.ClaimedAt))
		s.release(j, &req, req.MaxDeaths > 0 && !stopping)
		reply.Jobs = append(reply.Jobs, store.Released{ID: j.ID, Kind: j.Kind, State: j.State, Ran: ran, Cursor: j.Cursor != nil})
	}
	delete(s.workers, req.Worker)
	if len(reply.Jobs) > 0 {
		s.ears.wake()
	}
	return reply, nil
}

// release takes one job back, to the front, or to its end if it killed too many
// workers or was to be cancelled.
func (s *Store) release(j *job, req *store.ReleaseRequest, died bool) {
	s.lift(j)
	if j.moved() {
		j.Deaths = 0
	}
	s.noteRun(j, req.Why)
	j.Releases++
	s.wait(j, store.Ready, 0)
	j.front = true
	if died {
		j.Deaths++
	}
	if died && !j.Cancelling && j.Deaths >= req.MaxDeaths {
		s.end(j, store.Dead, fmt.Sprintf("%d workers died running it, the last: %s", j.Deaths, req.Why))
	}
	s.unclaim(j)
	s.put(j)
}

// moved says whether the cursor is another than at the end of the last run.
func (j *job) moved() bool {
	n := len(j.Journal)
	return n > 0 && !bytes.Equal(j.Cursor, j.Journal[n-1].Cursor)
}

// Prune deletes what is past its time; see [store.Keeper].
func (s *Store) Prune(ctx context.Context, req store.PruneRequest) (store.PruneReply, error) {
	if err := s.enter(ctx, "prune"); err != nil {
		return store.PruneReply{}, err
	}
	defer s.mu.Unlock()
	limit := req.Limit
	if limit <= 0 {
		limit = 1000
	}
	now := s.now()
	for n := range limit {
		if !s.pruneOne(now, req.Dead) {
			return store.PruneReply{Deleted: n}, nil
		}
	}
	return store.PruneReply{Deleted: limit, More: s.prunable(now, req.Dead)}, nil
}

// pruneOne deletes one record or id, if there is one past its time.
func (s *Store) pruneOne(now time.Time, dead time.Duration) bool {
	if s.forgettable(now) {
		delete(s.remembered, s.forgetting[0].id)
		s.forgetting = s.forgetting[1:]
		return true
	}
	j := s.expired(now, dead)
	if j == nil {
		return false
	}
	s.lift(j)
	s.drop(j)
	return true
}

func (s *Store) prunable(now time.Time, dead time.Duration) bool {
	return s.forgettable(now) || s.expired(now, dead) != nil
}

// forgettable says whether the id that left first is remembered no longer.
func (s *Store) forgettable(now time.Time) bool {
	return len(s.forgetting) > 0 && now.Sub(s.forgetting[0].at) > store.Remember
}

// expired is an ended job past its time, or nil.
func (s *Store) expired(now time.Time, dead time.Duration) *job {
	if j := s.kept.top(); j != nil && now.After(j.keepUntil) {
		return j
	}
	if j := s.dead.top(); j != nil && dead > 0 && now.Sub(j.EndedAt) > dead {
		return j
	}
	return nil
}
