package storetest

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var verbPromises = []promise{
	{"Finish makes the job done, and it leaves", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Finish)
		s.gone("a")
		s.claimIDs("w", 1)
	}},
	{"Fail counts one attempt and makes the job retry after its delay", nil, func(s *stage) {
		c := s.one("w", "a")
		s.sub.Advance(time.Hour)
		s.apply("w", store.Outcome{Claim: c, Verb: store.Fail, Delay: 10 * time.Minute,
			Failure: &store.Failure{Class: "*fs.PathError", Message: "no such file", Stack: "main.go:1"}})
		r := s.in("a", store.Retry)
		s.counts(r, 1, 0, 0, 0)
		s.released(r)
		s.near("due after creation", r.DueAt.Sub(r.CreatedAt), time.Hour+10*time.Minute)
		s.sub.Advance(9 * time.Minute)
		s.claimIDs("w", 1)
		s.sub.Advance(2 * time.Minute)
		s.in("a", store.Ready)
		if got := s.claimIDs("w", 1, "a")[0]; got.Attempts != 1 {
			s.Fatalf("claimed with %d attempts", got.Attempts)
		}
	}},
	{"Fail keeps the failure and the store's time of it", nil, func(s *stage) {
		c := s.one("w", "a")
		s.sub.Advance(time.Hour)
		s.apply("w", store.Outcome{Claim: c, Verb: store.Fail,
			Failure: &store.Failure{Class: "*fs.PathError", Message: "no such file", Stack: "main.go:1\nmain.go:2"}})
		r := s.get("a")
		f := r.Failure
		if f == nil || f.Class != "*fs.PathError" || f.Message != "no such file" || f.Stack != "main.go:1\nmain.go:2" {
			s.Fatalf("the failure is %+v", f)
		}
		s.near("failed after creation", f.At.Sub(r.CreatedAt), time.Hour)
	}},
	{"Fail without a delay makes the job ready at once", nil, func(s *stage) {
		for _, delay := range []time.Duration{0, -time.Hour} {
			s.add(job("a"))
			s.apply("w", store.Outcome{Claim: of(s.claimIDs("w", 1, "a")[0]), Verb: store.Fail, Delay: delay})
			s.in("a", store.Ready)
			s.claimIDs("w", 1, "a")
			s.die("w", 0)
			s.move(1, store.Deleted, store.Filter{IDs: []string{"a"}})
			s.sub.Advance(time.Hour)
			s.pruneAll(0)
		}
	}},
	{"Bury counts one attempt and makes the job dead with its why", nil, func(s *stage) {
		c := s.one("w", "a")
		s.sub.Advance(time.Hour)
		s.apply("w", store.Outcome{Claim: c, Verb: store.Bury, Why: "discarded: no such user",
			Failure: &store.Failure{Class: "E", Message: "m"}})
		r := s.in("a", store.Dead)
		s.counts(r, 1, 0, 0, 0)
		s.released(r)
		if r.Why != "discarded: no such user" || r.Failure == nil || r.Failure.Message != "m" {
			s.Fatalf("dead as %+v", r)
		}
		s.near("ended after creation", r.EndedAt.Sub(r.CreatedAt), time.Hour)
		s.sub.Advance(1000 * time.Hour)
		s.claimIDs("w", 1)
	}},
	{"Snooze makes the job scheduled and counts nothing", nil, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Snooze, Delay: 10 * time.Minute})
		r := s.in("a", store.Scheduled)
		s.counts(r, 0, 0, 0, 0)
		s.released(r)
		s.sub.Advance(9 * time.Minute)
		s.claimIDs("w", 1)
		s.sub.Advance(2 * time.Minute)
		s.claimIDs("w", 1, "a")
	}},
	{"Snooze without a delay makes the job ready at once", nil, func(s *stage) {
		s.apply("w", store.Outcome{Claim: s.one("w", "a"), Verb: store.Snooze, Delay: -time.Second})
		s.in("a", store.Ready)
	}},
	{"HandOver makes the job ready at the front and counts one interruption", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		got := s.claimIDs("w", 2, "a", "b")
		s.end("w", of(got[1]), store.HandOver)
		r := s.in("b", store.Ready)
		s.counts(r, 0, 1, 0, 0)
		s.released(r)
		s.claimIDs("w", 2, "b", "c")
	}},
	{"jobs handed over together come as enqueued", hasOrder, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		got := s.claimIDs("w", 2, "a", "b")
		s.apply("w", bare(of(got[1]), store.HandOver), bare(of(got[0]), store.HandOver))
		s.claimIDs("w", 3, "a", "b", "c")
	}},
	{"HandOver to the back makes the job the last of its queue", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		c := of(s.claimIDs("w", 1, "a")[0])
		s.sub.Advance(time.Millisecond)
		s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Back: true})
		s.counts(s.in("a", store.Ready), 0, 1, 0, 0)
		s.sub.Advance(time.Millisecond)
		s.add(job("d"))
		s.claimIDs("w", 4, "b", "c", "a", "d")
	}},
	{"a place at the front is given up by the next run", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		c := of(s.claimIDs("w", 1, "a")[0])
		s.end("w", c, store.HandOver)
		s.sub.Advance(time.Millisecond)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Fail)
		s.claimIDs("w", 3, "b", "c", "a")
	}},
	{"Return puts the job to its old place", hasOrder, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		got := s.claimIDs("w", 2, "a", "b")
		s.end("w", s.oneBehind("w", "front", "c"), store.HandOver)
		s.sub.Advance(time.Minute)
		s.end("w", of(got[0]), store.Return)
		s.end("w", of(got[1]), store.Return)
		s.claimIDs("w", 4, "front", "a", "b", "c")
	}},
	{"Return makes the job ready and counts nothing", nil, func(s *stage) {
		c := s.one("w", "a")
		s.sub.Advance(time.Minute)
		s.end("w", c, store.Return)
		r := s.in("a", store.Ready)
		s.counts(r, 0, 0, 0, 0)
		s.released(r)
		if len(r.Journal) != 0 {
			s.Fatalf("the journal says %+v", r.Journal)
		}
		s.claimIDs("w", 1, "a")
	}},
	{"Return puts a job that was at the front back to the front", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		got := s.claimIDs("w", 2, "a", "b")
		s.end("w", of(got[1]), store.HandOver)
		s.end("w", of(got[0]), store.Snooze)
		s.end("w", of(s.claimIDs("w", 1, "b")[0]), store.Return)
		s.claimIDs("w", 2, "b", "a")
	}},
	{"Cancel makes the job cancelled with its why", nil, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Cancel, Why: "nobody wants it"})
		r := s.in("a", store.Cancelled)
		s.counts(r, 0, 0, 0, 0)
		s.released(r)
		if r.Why != "nobody wants it" || r.EndedAt.IsZero() {
			s.Fatalf("cancelled as %+v", r)
		}
		s.claimIDs("w", 1)
	}},
	{"Save keeps the claim and stores where the job stands", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Save, Seq: 1, Cursor: raw(`{"n":1}`),
			Progress: &store.Progress{Done: 3, Total: 9, Note: "rows"}})
		r := s.in("a", store.Running)
		s.stands("a", `{"n":1}`)
		if r.Worker != "w" || r.Progress != (store.Progress{Done: 3, Total: 9, Note: "rows"}) {
			s.Fatalf("saved as %+v", r)
		}
		s.end("w", c, store.Finish)
	}},
	{"a save that came late is Applied and changes nothing", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.results(s.settleBatch("w", 0, saved(c, 5, "5")), store.Applied)
		s.results(s.settleBatch("w", 0, saved(c, 4, "4")), store.Applied)
		s.results(s.settleBatch("w", 0, saved(c, 5, "55")), store.Applied)
		s.stands("a", "5")
		s.results(s.settleBatch("w", 0, saved(c, 6, "6")), store.Applied)
		s.stands("a", "6")
	}},
	{"a late save in a numbered batch changes nothing either", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", saved(c, 5, "5"))
		s.apply("w", saved(c, 4, "4"))
		s.stands("a", "5")
	}},
	{"saves of a new claim count from the start", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", saved(c, 9, "9"))
		s.end("w", c, store.HandOver)
		s.apply("w", saved(of(s.claimIDs("w", 1, "a")[0]), 1, "10"))
		s.stands("a", "10")
	}},
	{"an outcome's cursor is left out if a newer one was saved, and nothing else of it", hasCursor, func(s *stage) {
		for _, verb := range []store.Verb{store.Fail, store.Snooze, store.HandOver} {
			c := s.one("w", string(verb))
			s.apply("w", saved(c, 7, "7"))
			s.apply("w", store.Outcome{Claim: c, Verb: verb, Seq: 7, Cursor: raw("6"), Delay: time.Hour, Progress: &store.Progress{Done: 6}})
			s.stands(string(verb), "7")
			if r := s.get(string(verb)); r.State == store.Running || r.Progress.Done != 6 {
				s.Fatalf("after %s: %s, progress %+v", verb, r.State, r.Progress)
			}
		}
	}},
	{"an outcome's cursor is written if it is newer than what was saved, or not numbered", hasCursor, func(s *stage) {
		for seq, want := range map[uint64]string{8: "8", 0: "0"} {
			c := s.one("w", "to-"+want)
			s.apply("w", saved(c, 7, "7"))
			s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Seq: seq, Cursor: raw(want)})
			s.stands("to-"+want, want)
			s.end("w", of(s.claimIDs("w", 1, "to-"+want)[0]), store.Finish)
		}
	}},
	{"every ending verb writes its cursor in the same write", hasCursor, func(s *stage) {
		for _, verb := range []store.Verb{store.Fail, store.Bury, store.Snooze, store.HandOver, store.Cancel, store.Return} {
			c := s.one("w", string(verb))
			s.apply("w", store.Outcome{Claim: c, Verb: verb, Cursor: raw(`"here"`), Delay: time.Hour,
				Progress: &store.Progress{Done: 1}})
			s.stands(string(verb), `"here"`)
			if r := s.get(string(verb)); r.Progress.Done != 1 {
				s.Fatalf("progress of %s is %+v", verb, r.Progress)
			}
			s.clear(verb)
		}
	}},
	{"an outcome without a cursor leaves the one that is there", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Save, Seq: 1, Cursor: raw("1"), Progress: &store.Progress{Done: 1}})
		s.apply("w", store.Outcome{Claim: c, Verb: store.Save, Seq: 2})
		s.stands("a", "1")
		s.end("w", c, store.HandOver)
		s.stands("a", "1")
		if r := s.get("a"); r.Progress.Done != 1 {
			s.Fatalf("progress %+v", r.Progress)
		}
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.stands("a", "1")
	}},
	{"an outcome after late saves writes the cursor it brings", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", saved(c, 9, "9"))
		s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: raw("10")})
		s.stands("a", "10")
	}},
	{"every verb but Save and Return clears the deaths", nil, func(s *stage) {
		for _, verb := range []store.Verb{store.Fail, store.Bury, store.Snooze, store.HandOver, store.Cancel} {
			id := string(verb)
			s.suspects(id)
			s.end("w", of(s.claimIDs("w", 1, id)[0]), verb)
			if r := s.get(id); r.Deaths != 0 {
				s.Fatalf("after %s %d deaths are left", verb, r.Deaths)
			}
			s.clear(verb)
		}
	}},
	{"Return and Save leave the deaths", nil, func(s *stage) {
		s.suspects("a")
		c := of(s.claimIDs("w", 1, "a")[0])
		if s.Features().Cursor {
			s.apply("w", saved(c, 1, "1"))
		}
		if r := s.get("a"); r.Deaths != 1 {
			s.Fatalf("deaths %d after Save", r.Deaths)
		}
		s.end("w", c, store.Return)
		if r := s.get("a"); r.Deaths != 1 {
			s.Fatalf("deaths %d after Return", r.Deaths)
		}
		s.sameIDs(s.claimSuspects("w", 1, 0))
	}},
}

// clear takes the job that a verb left behind out of the way.
func (s *stage) clear(verb store.Verb) {
	s.Helper()
	s.move(1, store.Deleted, store.Filter{IDs: []string{string(verb)}})
}

// counts asserts a record's counts.
func (s *stage) counts(r store.Record, attempts, interruptions, releases, deaths int) {
	s.Helper()
	if r.Attempts != attempts || r.Interruptions != interruptions || r.Releases != releases || r.Deaths != deaths {
		s.Fatalf("job %s has %d attempts, %d interruptions, %d releases, %d deaths; want %d, %d, %d, %d", r.ID,
			r.Attempts, r.Interruptions, r.Releases, r.Deaths, attempts, interruptions, releases, deaths)
	}
}

// released asserts that a record names no claim any more.
func (s *stage) released(r store.Record) {
	s.Helper()
	if r.Worker != "" || r.Cancelling {
		s.Fatalf("job %s is %s and names worker %q, cancelling %v", r.ID, r.State, r.Worker, r.Cancelling)
	}
}
