package storetest

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var journalPromises = []promise{
	{"every ending verb but Finish and Return adds its run", hasJournal, func(s *stage) {
		for _, verb := range []store.Verb{store.Fail, store.Bury, store.Snooze, store.HandOver, store.Cancel} {
			c := s.one("w", string(verb))
			s.sub.Advance(time.Minute)
			s.apply("w", store.Outcome{Claim: c, Verb: verb, Why: "why " + string(verb), Delay: time.Hour})
			r := s.get(string(verb))
			if len(r.Journal) != 1 {
				s.Fatalf("after %s the journal has %d lines", verb, len(r.Journal))
			}
			run := r.Journal[0]
			if run.Worker != "w" || run.Why != "why "+string(verb) {
				s.Fatalf("after %s the journal says %+v", verb, run)
			}
			s.near("from", run.From.Sub(r.CreatedAt), 0)
			s.near("until", run.Until.Sub(run.From), time.Minute)
			s.clear(verb)
		}
	}},
	{"a run says where the job stood then", all(hasJournal, hasCursor), func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", saved(c, 1, "1"))
		s.end("w", c, store.HandOver)
		c = of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: raw("2")})
		j := s.get("a").Journal
		if len(j) != 2 {
			s.Fatalf("the journal is %+v", j)
		}
		s.holds("the cursor of the first run", j[0].Cursor, "1")
		s.holds("the cursor of the second run", j[1].Cursor, "2")
	}},
	{"Save and Return add nothing", hasJournal, func(s *stage) {
		c := s.one("w", "a")
		if s.Features().Cursor {
			s.apply("w", saved(c, 1, "1"))
		}
		s.end("w", c, store.Return)
		if j := s.get("a").Journal; len(j) != 0 {
			s.Fatalf("the journal is %+v", j)
		}
	}},
	{"Finish adds its run if there are others", all(hasJournal, hasKeep), func(s *stage) {
		kept := jobs("once", "twice")
		kept[0].Keep, kept[1].Keep = time.Hour, time.Hour
		s.add(kept...)
		got := s.claimIDs("w", 2, "once", "twice")
		s.end("w", of(got[0]), store.Finish)
		s.end("w", of(got[1]), store.HandOver)
		s.apply("w", store.Outcome{Claim: of(s.claimIDs("w", 1, "twice")[0]), Verb: store.Finish, Why: "done"})
		if j := s.in("once", store.Done).Journal; len(j) != 0 {
			s.Fatalf("the journal of a job done at once is %+v", j)
		}
		if j := s.in("twice", store.Done).Journal; len(j) != 2 || j[1].Why != "done" || j[1].Worker != "w" {
			s.Fatalf("the journal of a job done at last is %+v", j)
		}
	}},
	{"a release adds its run with its why", all(hasJournal), func(s *stage) {
		c := s.one("w", "a")
		if s.Features().Cursor {
			s.apply("w", saved(c, 1, "1"))
		}
		s.sub.Advance(time.Minute)
		s.die("w", 0)
		j := s.get("a").Journal
		if len(j) != 1 || j[0].Worker != "w" || j[0].Why != "released: w died" {
			s.Fatalf("the journal is %+v", j)
		}
		s.near("until", j[0].Until.Sub(j[0].From), time.Minute)
		if s.Features().Cursor {
			s.holds("the cursor of the run", j[0].Cursor, "1")
		}
	}},
	{"a move by hand leaves its why", hasJournal, func(s *stage) {
		s.add(job("a"))
		s.move(1, store.Dead, store.Filter{IDs: []string{"a"}})
		j := s.get("a").Journal
		if len(j) != 1 || j[0].Why != "by hand" || j[0].Worker != "" {
			s.Fatalf("the journal is %+v", j)
		}
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		if j = s.get("a").Journal; len(j) != 2 || j[1].Why != "by hand" {
			s.Fatalf("the journal is %+v", j)
		}
	}},
	{"runs come in the order in which they ended", hasJournal, func(s *stage) {
		s.add(job("a"))
		for i, verb := range []store.Verb{store.HandOver, store.Fail, store.Snooze} {
			c := of(s.claimIDs(fmt.Sprintf("w%d", i), 1, "a")[0])
			s.end(fmt.Sprintf("w%d", i), c, verb)
		}
		j := s.get("a").Journal
		if len(j) != 3 || j[0].Worker != "w0" || j[1].Worker != "w1" || j[2].Worker != "w2" {
			s.Fatalf("the journal is %+v", j)
		}
	}},
	{"a full journal keeps the first run and the newest", hasJournal, func(s *stage) {
		s.add(job("a"))
		last := store.MaxJournal + 10
		for i := range last {
			c := of(s.claimIDs("w", 1, "a")[0])
			s.apply("w", store.Outcome{Claim: c, Verb: store.HandOver, Why: fmt.Sprint(i + 1)})
		}
		j := s.get("a").Journal
		if len(j) != store.MaxJournal {
			s.Fatalf("the journal has %d lines, want %d", len(j), store.MaxJournal)
		}
		for i, run := range j {
			want := last - store.MaxJournal + 1 + i
			if i == 0 {
				want = 1
			}
			if run.Why != fmt.Sprint(want) {
				s.Fatalf("line %d is of run %s, want %d", i, run.Why, want)
			}
		}
	}},
}

var keepPromises = []promise{
	{"a job done in its first run leaves only its id", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Finish)
		s.gone("a")
		s.known("a")
	}},
	{"Keep keeps the record with its result for that long", hasKeep, func(s *stage) {
		s.addKept("a", time.Hour)
		c := of(s.claimIDs("w", 1, "a")[0])
		s.sub.Advance(time.Minute)
		s.apply("w", store.Outcome{Claim: c, Verb: store.Finish, Result: raw(`{"sum": 42}`)})
		r := s.in("a", store.Done)
		s.holds("the result", r.Result, `{"sum": 42}`)
		s.released(r)
		s.near("ended", r.EndedAt.Sub(r.CreatedAt), time.Minute)
		s.sub.Advance(59 * time.Minute)
		s.pruneAll(0)
		s.in("a", store.Done)
		s.sub.Advance(2 * time.Minute)
		s.pruneAll(0)
		s.gone("a")
	}},
	{"a job with a journal stays for KeepJournal", all(hasKeep, hasJournal), func(s *stage) {
		s.add(job("a"))
		s.addKept("b", time.Hour)
		s.addKept("c", 48*time.Hour)
		for _, verb := range []store.Verb{store.HandOver, store.Finish} {
			got := s.claim("w", 3)
			s.listed(got, "a", "b", "c")
			for _, r := range got {
				s.end("w", of(r), verb)
			}
		}
		s.sub.Advance(store.KeepJournal - time.Minute)
		s.pruneAll(0)
		s.in("a", store.Done)
		s.in("b", store.Done)
		s.sub.Advance(2 * time.Minute)
		s.pruneAll(0)
		s.gone("a")
		s.gone("b")
		s.in("c", store.Done)
		s.sub.Advance(24 * time.Hour)
		s.pruneAll(0)
		s.gone("c")
	}},
	{"the id of a kept job is remembered from when its record leaves", all(hasKeep, hasIDs), func(s *stage) {
		s.addKept("a", time.Hour)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Finish)
		s.sub.Advance(2 * time.Hour)
		s.pruneAll(0)
		s.gone("a")
		s.sub.Advance(store.Remember - time.Minute)
		s.pruneAll(0)
		s.known("a")
		s.sub.Advance(2 * time.Minute)
		s.pruneAll(0)
		s.add(job("a"))
	}},
	{"a kept job is not claimed again", hasKeep, func(s *stage) {
		s.addKept("a", time.Hour)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Finish)
		s.claimIDs("w", 1)
	}},
	{"a failure stays readable on a job that was done in the end", hasKeep, func(s *stage) {
		s.addKept("a", time.Hour)
		c := of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.Fail, Failure: &store.Failure{Message: "once"}})
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Finish)
		if r := s.in("a", store.Done); r.Failure == nil || r.Failure.Message != "once" || r.Attempts != 1 {
			s.Fatalf("done as %+v", r)
		}
	}},
}

// addKept adds a job whose record is kept.
func (s *stage) addKept(id string, keep time.Duration) {
	s.Helper()
	j := job(id)
	j.Keep = keep
	s.add(j)
}
