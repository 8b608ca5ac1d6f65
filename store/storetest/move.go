package storetest

import (
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var movePromises = []promise{
	{"an empty filter moves nothing", nil, func(s *stage) {
		s.oneInEachState()
		before := s.dump()
		for _, to := range []store.State{store.Ready, store.Dead, store.Cancelled, store.Deleted} {
			s.move(0, to, store.Filter{})
		}
		if after := s.dump(); after != before {
			s.Fatalf("it changed the store:\n%s\nit was:\n%s", after, before)
		}
	}},
	{"All moves everything that can go there", nil, func(s *stage) {
		n := len(s.oneInEachState())
		s.move(n-1, store.Deleted, store.Filter{All: true})
		s.lists(store.Filter{}, "running")
	}},
	{"to a state that is none of its ways is ErrInvalid", nil, func(s *stage) {
		s.add(job("a"))
		for _, to := range []store.State{store.Running, store.Done, store.Scheduled, store.Retry, "", "limbo"} {
			_, err := s.Move(s.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: to})
			s.is(err, store.ErrInvalid)
		}
		s.in("a", store.Ready)
	}},
	{"moves what the filter selects and nothing else", nil, func(s *stage) {
		s.addMany(4)
		s.addTo("q", "q1", "q2")
		s.move(2, store.Dead, store.Filter{Queues: []string{"q"}})
		s.move(1, store.Dead, store.Filter{IDs: []string{"1", "none"}})
		s.move(1, store.Deleted, store.Filter{States: []store.State{store.Dead}, IDs: []string{"q1", "2"}})
		s.lists(store.Filter{States: []store.State{store.Ready}}, "3", "2", "0")
		s.lists(store.Filter{States: []store.State{store.Dead}}, "q2", "1")
	}},
	{"to ready goes from scheduled, retry, dead and cancelled", nil, func(s *stage) {
		s.movesOnly(store.Ready, "scheduled", "retry", "dead", "cancelled")
	}},
	{"to dead goes from scheduled, ready and retry", nil, func(s *stage) {
		s.movesOnly(store.Dead, "scheduled", "ready", "retry")
	}},
	{"to cancelled goes from scheduled, ready and retry", nil, func(s *stage) {
		s.movesOnly(store.Cancelled, "scheduled", "ready", "retry")
	}},
	{"to deleted goes from every state but running", nil, func(s *stage) {
		for _, id := range s.oneInEachState() {
			if id == "running" {
				s.move(0, store.Deleted, store.Filter{IDs: []string{id}})
				s.in(id, store.Running)
				continue
			}
			s.move(1, store.Deleted, store.Filter{IDs: []string{id}})
			s.gone(id)
			s.known(id)
		}
	}},
	{"a running job stays running when it is moved to dead or deleted", nil, func(s *stage) {
		c := s.one("w", "a")
		s.move(0, store.Dead, store.Filter{IDs: []string{"a"}})
		s.move(0, store.Deleted, store.Filter{IDs: []string{"a"}})
		s.move(0, store.Ready, store.Filter{IDs: []string{"a"}})
		if r := s.in("a", store.Running); r.Cancelling {
			s.Fatalf("it is to be cancelled: %+v", r)
		}
		s.end("w", c, store.Finish)
	}},
	{"a job moved to ready runs now", nil, func(s *stage) {
		s.addDelayed("a", time.Hour)
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		r := s.in("a", store.Ready)
		s.near("due", r.DueAt.Sub(r.CreatedAt), 0)
		s.claimIDs("w", 1, "a")
	}},
	{"a dead or cancelled job starts anew without attempts and deaths", nil, func(s *stage) {
		s.add(job("a"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Fail)
		s.claimIDs("w", 1, "a")
		s.die("w", 1)
		s.counts(s.in("a", store.Dead), 1, 0, 1, 1)
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		r := s.in("a", store.Ready)
		s.counts(r, 0, 0, 1, 0)
		if !r.EndedAt.IsZero() {
			s.Fatalf("it ended %v", r.EndedAt)
		}
		s.beat("w")
		s.sameIDs(s.claimSuspects("w", 1, 0), "a")
	}},
	{"a retry job keeps its attempts when it is moved to ready", nil, func(s *stage) {
		s.apply("w", store.Outcome{Claim: s.one("w", "a"), Verb: store.Fail, Delay: time.Hour})
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		s.counts(s.in("a", store.Ready), 1, 0, 0, 0)
	}},
	{"a job moved to its end says why", nil, func(s *stage) {
		for _, to := range []store.State{store.Dead, store.Cancelled} {
			s.add(job(string(to)))
			s.move(1, to, store.Filter{IDs: []string{string(to)}})
			if r := s.in(string(to), to); r.Why != "by hand" || r.EndedAt.IsZero() || r.Attempts != 0 {
				s.Fatalf("ended as %+v", r)
			}
		}
		s.claimIDs("w", 9)
	}},
	{"a job moved to ready keeps its cursor", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Bury, Cursor: raw("7")})
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		s.stands("a", "7")
	}},
}

// movesOnly tries one way from every state: from these it goes, from the others
// the jobs stay where they are.
func (s *stage) movesOnly(to store.State, from ...string) {
	s.Helper()
	for _, id := range s.oneInEachState() {
		switch {
		case slices.Contains(from, id):
			s.move(1, to, store.Filter{IDs: []string{id}})
			s.in(id, to)
		case id != "running" || to != store.Cancelled: // that one is marked
			s.move(0, to, store.Filter{IDs: []string{id}})
			s.in(id, store.State(id))
		}
	}
}
