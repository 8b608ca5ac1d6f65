package memory

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A laneKey names the jobs of one queue and kind; those of a newer format have
// lanes of their own, so that a claim never meets what it must leave alone.
type laneKey struct {
	queue, kind string
	newer       bool
}

// A lane holds what waits of one queue and kind.
type lane struct {
	ready    *pile // in the order of the queue
	suspects *pile // ready too, but with deaths
	waiting  *pile // scheduled and retry, by due time
}

func (j *job) lane() laneKey { return laneKey{j.Queue, j.Kind, j.Format > store.Format} }

// laneOf is the lane of a job, made if it is the first there.
func (s *Store) laneOf(j *job) lane {
	l, ok := s.lanes[j.lane()]
	if !ok {
		l = lane{&pile{less: before}, &pile{less: before}, &pile{less: dueBefore}}
		s.lanes[j.lane()] = l
	}
	return l
}

// put lays a job where its state belongs.
func (s *Store) put(j *job) {
	switch j.State {
	case store.Ready:
		if j.Deaths > 0 {
			s.laneOf(j).suspects.add(j)
		} else {
			s.laneOf(j).ready.add(j)
		}
	case store.Scheduled, store.Retry:
		s.laneOf(j).waiting.add(j)
	case store.Running:
		s.workers[j.Worker].held[j.ID] = j
	case store.Done, store.Cancelled:
		s.kept.add(j)
	case store.Dead:
		s.dead.add(j)
	}
}

// lift takes a job from where it lies; put or drop comes next.
func (s *Store) lift(j *job) {
	if j.pile != nil {
		j.pile.remove(j)
		return
	}
	delete(s.workers[j.Worker].held, j.ID)
}

// promote makes ready what became due in a lane.
func (s *Store) promote(l lane, now time.Time) {
	for {
		j := l.waiting.top()
		if j == nil || j.DueAt.After(now) {
			return
		}
		l.waiting.remove(j)
		j.State = store.Ready
		s.put(j)
	}
}

// promoteAll is for callers that look at states of all jobs.
func (s *Store) promoteAll() {
	now := s.now()
	for _, l := range s.lanes {
		s.promote(l, now)
	}
}

// wait makes a lifted job ready after a delay, and of the given state until
// then.
func (s *Store) wait(j *job, until store.State, delay time.Duration) {
	j.State, j.front = store.Ready, false
	j.DueAt, j.place = s.now(), j.seq
	if delay > 0 {
		j.State, j.DueAt = until, j.DueAt.Add(delay)
	}
}

// end brings a lifted job to an end and frees its key.
func (s *Store) end(j *job, state store.State, why string) {
	j.State, j.EndedAt, j.front = state, s.now(), false
	if why != "" || state != store.Cancelled {
		j.Why = clean(why) // a cancel without words leaves those of who asked for it
	}
	if state == store.Cancelled {
		j.keepUntil = j.EndedAt.Add(max(j.Keep, store.KeepJournal))
	}
	s.free(j)
}

// free gives the job's unique key up.
func (s *Store) free(j *job) {
	if j.Unique != "" && s.unique[j.Unique] == j {
		delete(s.unique, j.Unique)
	}
}

// unclaim ends the claim of a lifted job that is not running any more. A job
// that somebody wants cancelled does not go back but ends.
func (s *Store) unclaim(j *job) {
	cancelling := j.Cancelling
	j.Worker, j.Token, j.Cancelling = "", 0, false
	if cancelling && !j.State.Ended() {
		s.end(j, store.Cancelled, "")
	}
}
