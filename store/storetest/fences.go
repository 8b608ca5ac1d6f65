package storetest

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Every fence is tried with every verb: nothing of the store may change.
var fencePromises = []promise{
	{"a wrong owner is Lost and changes nothing", nil, func(s *stage) {
		s.beat("v")
		c := s.one("w", "a")
		s.fenced("v", c)
	}},
	{"a wrong token is Lost and changes nothing", nil, func(s *stage) {
		c := s.one("w", "a")
		s.fenced("w", store.Claim{ID: "a", Token: c.Token + 1})
		s.fenced("w", store.Claim{ID: "a", Token: c.Token - 1})
		s.fenced("w", store.Claim{ID: "a"})
	}},
	{"an id that is not there is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.fenced("w", store.Claim{ID: "b", Token: c.Token})
	}},
	{"a claim that was settled is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.end("w", c, store.HandOver)
		s.fenced("w", c)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.fenced("w", c)
	}},
	{"a claim that was finished is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.end("w", c, store.Finish)
		s.fenced("w", c)
	}},
	{"a claim that was released is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.die("w", 0)
		s.fenced("w", c)
		s.beat("w")
		s.fenced("w", c)
	}},
	{"a claim that another worker has now is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.die("w", 0)
		s.claimIDs("v", 1, "a")
		s.beat("w")
		s.fenced("w", c)
	}},
	{"a claim that the same worker made anew is Lost under its old token", nil, func(s *stage) {
		old := s.one("w", "a")
		s.end("w", old, store.HandOver)
		again := of(s.claimIDs("w", 1, "a")[0])
		s.fenced("w", old)
		s.end("w", again, store.Finish)
	}},
	{"a claim that went back unnamed is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.beat("w")
		s.beat("w")
		s.in("a", store.Ready)
		s.fenced("w", c)
		s.claimIDs("w", 1, "a")
		s.fenced("w", c)
	}},
	{"a token above 2^63 fences like any other", nil, func(s *stage) {
		s.beat("w")
		s.add(jobs("a", "b")...)
		for _, token := range []store.Token{1<<64 - 5, 1 << 63} {
			got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 1, Token: token}).Jobs
			if len(got) != 1 || got[0].Token != token {
				s.Fatalf("claimed %+v under %v", got, token)
			}
			c := of(got[0])
			s.fenced("w", store.Claim{ID: c.ID, Token: c.Token - 1})
			if reply := s.beat("w", c); len(reply.Lost) != 0 {
				s.Fatalf("the beat says that %v is lost", reply.Lost)
			}
			s.end("w", c, store.Finish)
		}
	}},
}

// fenced settles a claim with every verb and asserts that it is Lost each time
// and that nothing changed.
func (s *stage) fenced(worker string, c store.Claim) {
	s.Helper()
	before := s.dump()
	for _, verb := range allVerbs(s) {
		o := store.Outcome{Claim: c, Verb: verb, Seq: 1 << 30, Delay: time.Hour, Why: "fenced",
			Failure: &store.Failure{Message: "fenced"}}
		if s.Features().Cursor {
			o.Cursor, o.Progress = raw(`"fenced"`), &store.Progress{Done: 99}
		}
		s.results(s.settle(worker, o), store.Lost)
	}
	if s.Features().Cursor {
		s.results(s.settleBatch(worker, 0, saved(c, 1<<31, `"fenced"`)), store.Lost)
	}
	if after := s.dump(); after != before {
		s.Fatalf("a fenced write changed the store:\n%s\nit was:\n%s", after, before)
	}
}

// dump is all that the store shows of its jobs.
func (s *stage) dump() string {
	s.Helper()
	stats, err := s.Stats(s.Context())
	s.ok(err)
	for i := range stats.Queues {
		stats.Queues[i].Latency = 0 // it goes on by itself
	}
	text := fmt.Sprintf("%+v\n", stats)
	for _, r := range s.all(store.Filter{}) {
		if r.Failure != nil {
			text += fmt.Sprintf("%+v ", *r.Failure)
		}
		r.Failure = nil
		text += fmt.Sprintf("%+v\n", r)
	}
	return text
}
