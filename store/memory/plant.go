package memory

import (
	"maps"
	"slices"
)

// SetFormat makes a waiting job look as if a newer version had written it, for
// tests. It answers whether there is such a job.
func (s *Store) SetFormat(id string, format int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[id]
	if j == nil {
		return false
	}
	s.lift(j)
	j.Format = format
	s.put(j)
	return true
}

// Snapshot remembers all that the store holds and returns the way back to it,
// for tests of a store that comes back from a crash with an older state. The
// way back can be gone more than once.
func (s *Store) Snapshot() (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	then := s.data.copy()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.data = then.copy()
		s.ears.wake()
	}
}

// copy is a copy of all data that shares nothing with it.
func (d *data) copy() data {
	c := Store{data: empty()}
	c.ticks = maps.Clone(d.ticks)
	c.remembered, c.forgetting = maps.Clone(d.remembered), slices.Clone(d.forgetting)
	c.paused, c.orders, c.done, c.failed = maps.Clone(d.paused), d.orders, d.done, d.failed
	c.schedules, c.marks = d.schedules.copy(), slices.Clone(d.marks)
	for name, w := range d.workers {
		c.workers[name] = &worker{
			Worker: copyWorker(w.Worker), held: map[string]*job{},
			batch: w.batch, results: slices.Clone(w.results), orders: slices.Clone(w.orders),
		}
	}
	for _, j := range d.roll.jobs {
		if !j.gone {
			c.take(j)
		}
	}
	c.roll.seq = d.roll.seq
	return c.data
}

// take puts a copy of another store's job where it belongs.
func (s *Store) take(of *job) {
	j := *of
	j.Record, j.pile = of.record(), nil
	s.jobs[j.ID] = &j
	s.roll.jobs = append(s.roll.jobs, &j)
	if j.Unique != "" && !j.State.Ended() {
		s.unique[j.Unique] = &j
	}
	s.put(&j)
}
