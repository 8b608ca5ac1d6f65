package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var settlePromises = []promise{
	{"no outcomes are no error and use up no number", nil, func(s *stage) {
		c := s.one("w", "a")
		for _, batch := range []uint64{0, 1} {
			reply, err := s.Settle(s.Context(), store.SettleRequest{Worker: "w", Batch: batch})
			if err != nil || len(reply.Results) != 0 {
				s.Fatalf("answered %+v, %v", reply, err)
			}
		}
		s.results(s.settleBatch("w", 1, bare(c, store.Finish)), store.Applied)
	}},
	{"answers one result for each outcome in their order", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		got := s.claimIDs("w", 3, "a", "b", "c")
		lost := store.Claim{ID: "none", Token: 1}
		s.results(s.settle("w", bare(of(got[2]), store.Finish), bare(lost, store.Finish), bare(of(got[0]), store.Finish)),
			store.Applied, store.Lost, store.Applied)
		s.in("b", store.Running)
		s.gone("a")
		s.gone("c")
	}},
	{"one outcome's fate does not touch the others'", nil, func(s *stage) {
		s.add(jobs("a", "b", "c", "d")...)
		got := claimsOf(s.claimIDs("w", 4, "a", "b", "c", "d"))
		bad := bare(got[1], store.Finish)
		bad.Result = textOf(s.Features().MaxPayload + 1)
		strange := bare(got[2], "teleport")
		s.results(s.settle("w", bare(got[0], store.Finish), bad, strange, bare(got[3], store.HandOver)),
			store.Applied, store.Refused, store.Refused, store.Applied)
		s.gone("a")
		s.in("b", store.Running)
		s.in("c", store.Running)
		s.in("d", store.Ready)
	}},
	{"a thousand outcomes are one batch", nil, func(s *stage) {
		many := make([]store.Job, 1000)
		for i := range many {
			many[i] = job(fmt.Sprintf("j%d", i))
		}
		s.add(many...)
		var os []store.Outcome
		for i, r := range s.claim("w", len(many)) {
			os = append(os, bare(of(r), []store.Verb{store.Finish, store.HandOver, store.Fail, store.Return}[i%4]))
		}
		if len(os) != len(many) {
			s.Fatalf("claimed %d of %d", len(os), len(many))
		}
		s.apply("w", os...)
		if got := s.all(store.Filter{}); len(got) != 750 {
			s.Fatalf("%d jobs are left of 750", len(got))
		}
	}},
	{"a cursor over the limit is Refused and the claim is held", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		big := bare(c, store.HandOver)
		big.Cursor = textOf(s.Features().MaxPayload + 1)
		s.refused("w", big)
		if r := s.in("a", store.Running); r.Interruptions != 0 || len(r.Cursor) != 0 || r.Worker != "w" {
			s.Fatalf("a refused outcome left %+v", r)
		}
		s.end("w", c, store.HandOver)
	}},
	{"a cursor at the limit is taken", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		limit := s.Features().MaxPayload
		s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: textOf(limit)})
		if got := s.claimIDs("w", 1, "a")[0]; len(got.Cursor) != limit {
			s.Fatalf("%d bytes came back", len(got.Cursor))
		}
	}},
	{"a cursor that is no JSON is Refused", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		for i, text := range []string{`{`, "\"\xff\"", "\"\x00\"", `1 2`} {
			s.refused("w", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: raw(text), Seq: uint64(i)})
		}
		s.in("a", store.Running)
	}},
	{"a result that is no JSON is Refused", nil, func(s *stage) {
		c := s.one("w", "a")
		s.refused("w", store.Outcome{Claim: c, Verb: store.Finish, Result: raw("\xff")})
		s.in("a", store.Running)
	}},
	{"a job in Enqueue that Check refuses makes the outcome Refused, all of it", hasThen, func(s *stage) {
		c := s.one("w", "a")
		bad := job("c")
		bad.Kind = ""
		o := bare(c, store.Finish)
		o.Enqueue = []store.Job{job("b"), bad, job("d")}
		s.refused("w", o)
		s.in("a", store.Running)
		s.gone("b")
		s.gone("d")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Bury, Why: "could not be stored"})
		s.in("a", store.Dead)
	}},
	{"a batch sent again writes nothing and answers Already", nil, func(s *stage) {
		c := s.one("w", "a")
		fail := bare(c, store.Fail)
		s.results(s.settleBatch("w", 7, fail), store.Applied)
		again := s.claimIDs("w", 1, "a")
		s.results(s.settleBatch("w", 7, fail), store.Already)
		s.results(s.settleBatch("w", 7, fail), store.Already)
		if r := s.in("a", store.Running); r.Attempts != 1 {
			s.Fatalf("attempts %d, want 1", r.Attempts)
		}
		s.results(s.settleBatch("w", 8, bare(of(again[0]), store.Finish)), store.Applied)
	}},
	{"what was Lost or Refused is so again when the batch is", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		got := claimsOf(s.claimIDs("w", 2, "a", "b"))
		batch := []store.Outcome{bare(got[0], store.Finish), bare(store.Claim{ID: "none", Token: 1}, store.Finish), bare(got[1], "teleport")}
		s.results(s.settleBatch("w", 1, batch...), store.Applied, store.Lost, store.Refused)
		again := s.settleBatch("w", 1, batch...)
		s.results(again, store.Already, store.Lost, store.Refused)
		if !errors.Is(again[2].Err, store.ErrInvalid) {
			s.Fatalf("refused again with %v", again[2].Err)
		}
	}},
	{"a batch sent again is not judged anew", nil, func(s *stage) {
		c := s.one("w", "a")
		wrong := bare(store.Claim{ID: "a", Token: c.Token + 1}, store.Finish)
		s.results(s.settleBatch("w", 1, wrong), store.Lost)
		s.beat("w")
		s.beat("w")
		s.claimReply(store.ClaimRequest{Worker: "w", Max: 1, Token: wrong.Token}) // now it would be right
		s.results(s.settleBatch("w", 1, wrong), store.Lost)
		s.in("a", store.Running)
	}},
	{"a batch sent again writes no Enqueue jobs", hasThen, func(s *stage) {
		c := s.one("w", "a")
		o := bare(c, store.Finish)
		o.Enqueue = jobs("b")
		s.results(s.settleBatch("w", 1, o), store.Applied)
		s.endIn("w", 2, of(s.claimIDs("w", 1, "b")[0]), store.Finish)
		s.results(s.settleBatch("w", 2, bare(c, store.Finish)), store.Already)
		s.gone("b")
	}},
	{"each worker's batches have their own numbers", nil, func(s *stage) {
		v, w := s.one("v", "a"), s.one("w", "b")
		s.results(s.settleBatch("v", 1, bare(v, store.Finish)), store.Applied)
		s.results(s.settleBatch("w", 1, bare(w, store.Finish)), store.Applied)
		s.gone("a")
		s.gone("b")
	}},
	{"numbers may jump", nil, func(s *stage) {
		s.results(s.settleBatch("w", 5, bare(s.one("w", "a"), store.Finish)), store.Applied)
		s.results(s.settleBatch("w", 1<<40, bare(s.one("w", "b"), store.Finish)), store.Applied)
		s.gone("b")
	}},
	{"batch 0 may hold nothing but Save", nil, func(s *stage) {
		c := s.one("w", "a")
		_, err := s.Settle(s.Context(), store.SettleRequest{Worker: "w", Outcomes: []store.Outcome{bare(c, store.Finish)}})
		s.is(err, store.ErrInvalid)
		s.in("a", store.Running)
	}},
	{"batch 0 is not numbered", hasCursor, func(s *stage) {
		s.add(jobs("a", "b")...)
		got := claimsOf(s.claimIDs("w", 2, "a", "b"))
		s.results(s.settleBatch("w", 3, bare(got[1], store.Finish)), store.Applied)
		for i := range 3 {
			s.results(s.settleBatch("w", 0, saved(got[0], uint64(i+1), fmt.Sprint(i))), store.Applied)
		}
		s.stands("a", "2")
		s.results(s.settleBatch("w", 3, bare(got[1], store.Finish)), store.Already)
	}},
	{"of an unknown worker everything is Lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.results(s.settleBatch("stranger", 1, bare(c, store.Finish)), store.Lost)
		s.in("a", store.Running)
	}},
	{"a batch that was answered survives the worker's beats", nil, func(s *stage) {
		c := s.one("w", "a")
		s.results(s.settleBatch("w", 1, bare(c, store.Finish)), store.Applied)
		s.beat("w")
		s.sub.Advance(time.Minute)
		s.beat("w")
		s.results(s.settleBatch("w", 1, bare(c, store.Finish)), store.Already)
	}},
}

// bare is an outcome with nothing but its verb and words.
func bare(c store.Claim, verb store.Verb) store.Outcome {
	return store.Outcome{Claim: c, Verb: verb, Why: "because"}
}

// saved is a Save of a cursor.
func saved(c store.Claim, seq uint64, cursor string) store.Outcome {
	return store.Outcome{Claim: c, Verb: store.Save, Seq: seq, Cursor: raw(cursor)}
}

// results asserts what became of outcomes.
func (s *stage) results(got []store.Result, want ...store.ResultWhat) {
	s.Helper()
	for i := range got {
		if got[i].What != want[i] {
			s.Fatalf("results %v, want %v", got, want)
		}
		if (got[i].What == store.Refused) != (got[i].Err != nil) {
			s.Fatalf("result %d: %+v", i, got[i])
		}
	}
}

// refused settles one outcome that must be refused as invalid.
func (s *stage) refused(worker string, o store.Outcome) {
	s.Helper()
	got := s.settle(worker, o)
	s.results(got, store.Refused)
	s.is(got[0].Err, store.ErrInvalid)
}

// endIn settles one claim in a batch of a number.
func (s *stage) endIn(worker string, batch uint64, c store.Claim, verb store.Verb) {
	s.Helper()
	s.results(s.settleBatch(worker, batch, bare(c, verb)), store.Applied)
}

// stands asserts a job's cursor.
func (s *stage) stands(id, cursor string) {
	s.Helper()
	s.holds("the cursor of "+id, s.get(id).Cursor, cursor)
}
