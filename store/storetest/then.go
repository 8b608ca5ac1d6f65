package storetest

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var thenPromises = []promise{
	{"every verb enqueues its jobs in the same write", hasThen, func(s *stage) {
		for _, verb := range allVerbs(s) {
			c := s.one("w", string(verb))
			o := bare(c, verb)
			o.Seq, o.Delay, o.Enqueue = 1, time.Hour, jobs(string(verb)+"-1", string(verb)+"-2")
			s.apply("w", o)
			for _, next := range s.claimOthers("w", string(verb), 2) {
				s.end("w", next, store.Finish)
			}
			if verb == store.Save {
				s.end("w", c, store.Finish)
			} else if verb != store.Finish {
				s.clear(verb)
			}
		}
	}},
	{"jobs of Enqueue are as Enqueue makes them", hasThen, func(s *stage) {
		c := s.one("w", "a")
		later := store.Job{ID: "b", Kind: "other", Queue: "q", Args: raw(`[1, 2]`), Delay: time.Hour, MaxAttempts: 3}
		s.apply("w", store.Outcome{Claim: c, Verb: store.Finish, Enqueue: []store.Job{later}})
		r := s.in("b", store.Scheduled)
		s.holds("the argument", r.Args, `[1, 2]`)
		if r.Kind != "other" || r.Queue != "q" || r.MaxAttempts != 3 || r.Delay != 0 {
			s.Fatalf("enqueued as %+v", r.Job)
		}
		s.near("due", r.DueAt.Sub(r.CreatedAt), time.Hour)
	}},
	{"a Lost outcome enqueues nothing", hasThen, func(s *stage) {
		c := s.one("w", "a")
		c.Token++
		o := bare(c, store.Finish)
		o.Enqueue = jobs("b")
		s.results(s.settle("w", o), store.Lost)
		s.gone("b")
	}},
	{"a known id in Enqueue is neither added nor an error", hasThen, func(s *stage) {
		c := s.one("w", "a")
		s.add(job("b"))
		o := bare(c, store.Finish)
		again := job("b")
		again.Queue = "other"
		o.Enqueue = []store.Job{again, job("a"), job("c")}
		s.apply("w", o)
		s.gone("a")
		if r := s.get("b"); r.Queue != store.DefaultQueue {
			s.Fatalf("b moved to %s", r.Queue)
		}
		s.in("c", store.Ready)
	}},
	{"a key that is held keeps only that job of Enqueue out", all(hasThen, hasUnique), func(s *stage) {
		s.add(keyed("holder", "key"))
		s.claimIDs("v", 1, "holder")
		o := bare(s.one("w", "a"), store.Finish)
		o.Enqueue = []store.Job{keyed("b", "key"), job("c")}
		s.apply("w", o)
		s.gone("b")
		s.in("c", store.Ready)
	}},
	{"a tick in Enqueue is compared as in Enqueue", all(hasThen, hasTick), func(s *stage) {
		o := bare(s.one("w", "a"), store.Finish)
		o.Enqueue = []store.Job{tick("b", "x", 2), tick("c", "x", 2)}
		s.apply("w", o)
		s.in("b", store.Ready)
		s.gone("c")
		s.becomes(store.Passed, tick("d", "x", 2))
	}},
}

// allVerbs are the verbs that the store can do.
func allVerbs(s *stage) []store.Verb {
	verbs := []store.Verb{
		store.Finish, store.Fail, store.Bury, store.Snooze, store.HandOver, store.Return, store.Cancel,
	}
	if s.Features().Cursor {
		verbs = append(verbs, store.Save)
	}
	return verbs
}

// claimOthers claims the two successors of a job and puts the job itself back
// if it came along.
func (s *stage) claimOthers(worker, id string, n int) []store.Claim {
	s.Helper()
	var next []store.Claim
	for _, r := range s.claim(worker, n+1) {
		if r.ID == id {
			s.end(worker, of(r), store.Return)
			continue
		}
		next = append(next, of(r))
	}
	if len(next) != n {
		s.Fatalf("%d successors of %s, want %d", len(next), id, n)
	}
	return next
}
