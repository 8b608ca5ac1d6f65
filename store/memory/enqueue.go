package memory

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// Enqueue puts jobs into the store; see [store.Producer].
func (s *Store) Enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	if err := s.checkJobs(jobs); err != nil {
		return nil, err
	}
	if err := s.enter(ctx, "enqueue"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.admitAll(jobs), nil
}

// admitAll admits checked jobs in their order.
func (s *Store) admitAll(jobs []store.Job) []store.Enqueued {
	became := make([]store.Enqueued, len(jobs))
	for i := range jobs {
		became[i] = s.admit(&jobs[i])
	}
	return became
}

// admit adds one job unless it is known, a duplicate, or its tick has passed.
// A job that is not added changes nothing, but a duplicate uses up its tick.
func (s *Store) admit(in *store.Job) store.Enqueued {
	if s.jobs[in.ID] != nil || s.remembered[in.ID] {
		return store.Enqueued{ID: in.ID, What: store.Known}
	}
	if holder := s.unique[in.Unique]; holder != nil {
		s.useUp(in.Tick)
		return store.Enqueued{ID: holder.ID, What: store.Duplicate}
	}
	if !s.useUp(in.Tick) {
		return store.Enqueued{ID: in.ID, What: store.Passed}
	}
	s.add(in)
	return store.Enqueued{ID: in.ID, What: store.Added}
}

// useUp makes a tick its schedule's last one, unless it has passed: false.
func (s *Store) useUp(t store.Tick) bool {
	if t.Schedule == "" {
		return true
	}
	if last, ok := s.ticks[t.Schedule]; ok && t.N <= last {
		return false
	}
	s.ticks[t.Schedule] = t.N
	return true
}

// add makes the record of a job that was admitted.
func (s *Store) add(in *store.Job) {
	j := &job{Record: store.Record{Job: *in, Format: store.Format}}
	j.Args, j.Tags = slices.Clone(in.Args), slices.Clone(in.Tags)
	j.Delay = 0
	if j.Queue == "" {
		j.Queue = store.DefaultQueue
	}
	j.CreatedAt = s.now()
	s.jobs[j.ID] = j
	s.roll.add(j)
	if j.Unique != "" {
		s.unique[j.Unique] = j
	}
	s.wait(j, store.Scheduled, in.Delay)
	s.put(j)
	s.ears.wake()
}
