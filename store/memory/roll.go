package memory

import (
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A roll lists jobs in the order in which they were enqueued. Jobs that left
// are struck out, and closed up once they are the most.
type roll struct {
	jobs   []*job
	seq    uint64 // the last one given
	struck int
}

func (r *roll) add(j *job) {
	j.seq = r.next()
	r.jobs = append(r.jobs, j)
}

// next is a number behind all that were given so far.
func (r *roll) next() uint64 {
	r.seq++
	return r.seq
}

func (r *roll) strike(j *job) {
	j.gone = true
	r.struck++
	if r.struck > len(r.jobs)/2+64 {
		r.jobs = slices.DeleteFunc(r.jobs, func(j *job) bool { return j.gone })
		r.struck = 0
	}
}

// A farewell says when an id left the store.
type farewell struct {
	id string
	at time.Time
}

// drop takes a lifted job out of the store; its id is remembered.
func (s *Store) drop(j *job) {
	s.free(j)
	delete(s.jobs, j.ID)
	s.roll.strike(j)
	s.remembered[j.ID] = true
	s.forgetting = append(s.forgetting, farewell{j.ID, s.now()})
}

// finish ends a lifted job well. It leaves, or stays as long as its Keep and
// its journal say.
func (s *Store) finish(j *job) {
	s.done++
	s.end(j, store.Done, "")
	keep := j.Keep
	if len(j.Journal) > 0 {
		keep = max(keep, store.KeepJournal)
	}
	if keep <= 0 || !s.features.Keep {
		s.drop(j)
		return
	}
	j.keepUntil = j.EndedAt.Add(keep)
}
