package storetest

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var prunePromises = []promise{
	{"nothing past its time is nothing deleted and no more", nil, func(s *stage) {
		s.oneInEachState()
		r, err := s.Prune(s.Context(), store.PruneRequest{Dead: 1000 * time.Hour})
		if err != nil || r != (store.PruneReply{}) {
			s.Fatalf("answered %+v, %v", r, err)
		}
	}},
	{"jobs that have not ended are never deleted", nil, func(s *stage) {
		s.oneInEachState()
		s.sub.Advance(1000 * time.Hour)
		s.pruneAll(time.Hour)
		s.in("running", store.Running)
		for _, id := range []string{"ready", "scheduled", "retry"} {
			s.in(id, store.Ready) // they became due
		}
	}},
	{"dead jobs go when they ended longer ago than Dead", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Bury)
		s.sub.Advance(time.Hour)
		s.end("w", s.one("w", "b"), store.Bury)
		s.pruneAll(2 * time.Hour)
		s.in("a", store.Dead)
		s.sub.Advance(90 * time.Minute)
		s.pruneAll(2 * time.Hour)
		s.gone("a")
		s.in("b", store.Dead)
	}},
	{"Dead 0 deletes no dead jobs", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Bury)
		s.sub.Advance(10000 * time.Hour)
		s.pruneAll(0)
		s.in("a", store.Dead)
	}},
	{"cancelled jobs go after KeepJournal", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Cancel)
		s.add(job("b"))
		s.move(1, store.Cancelled, store.Filter{IDs: []string{"b"}})
		s.sub.Advance(store.KeepJournal - time.Minute)
		s.pruneAll(time.Minute)
		s.in("a", store.Cancelled)
		s.in("b", store.Cancelled)
		s.sub.Advance(2 * time.Minute)
		s.pruneAll(time.Minute)
		s.gone("a")
		s.gone("b")
	}},
	{"a dead job that runs again is no dead job", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Bury)
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		s.sub.Advance(10 * time.Hour)
		s.pruneAll(time.Hour)
		if r := s.in("a", store.Ready); !r.EndedAt.IsZero() {
			s.Fatalf("it ended %v", r.EndedAt)
		}
	}},
	{"deletes at most Limit and says whether there is more", nil, func(s *stage) {
		for i := range 7 {
			s.end("w", s.one("w", fmt.Sprintf("j%d", i)), store.Bury)
		}
		s.sub.Advance(2 * time.Hour)
		left := 7
		for range 3 {
			r, err := s.Prune(s.Context(), store.PruneRequest{Dead: time.Hour, Limit: 2})
			s.ok(err)
			if r.Deleted != 2 || !r.More {
				s.Fatalf("answered %+v with %d left", r, left)
			}
			left -= 2
			if got := s.all(store.Filter{}); len(got) != left {
				s.Fatalf("%d are left, want %d", len(got), left)
			}
		}
		r, err := s.Prune(s.Context(), store.PruneRequest{Dead: time.Hour, Limit: 2})
		if err != nil || r.Deleted != 1 || r.More {
			s.Fatalf("the last call answered %+v, %v", r, err)
		}
	}},
}
