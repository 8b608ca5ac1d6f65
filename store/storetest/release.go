package storetest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var releasePromises = []promise{
	{"nothing happens unless the stored beat is exactly the request's", nil, func(s *stage) {
		c := s.one("w", "a")
		s.beat("w", c)
		before := s.dump()
		for _, number := range []uint64{s.beats["w"] - 1, s.beats["w"] + 1, 0} {
			r, err := s.Release(s.Context(), store.ReleaseRequest{Worker: "w", Beat: number, MaxDeaths: 1})
			if err != nil || r.Released || len(r.Jobs) != 0 || r.Left != 0 {
				s.Fatalf("release at %d of %d answered %+v, %v", number, s.beats["w"], r, err)
			}
		}
		if after := s.dump(); after != before {
			s.Fatalf("it changed the store:\n%s\nit was:\n%s", after, before)
		}
		s.workerNames(store.WorkersRequest{}, "w")
		s.end("w", c, store.Finish)
	}},
	{"a worker that is not known is not released, which is no error", nil, func(s *stage) {
		r, err := s.Release(s.Context(), store.ReleaseRequest{Worker: "none"})
		if err != nil || r.Released {
			s.Fatalf("answered %+v, %v", r, err)
		}
	}},
	{"a worker is released once", nil, func(s *stage) {
		s.one("w", "a")
		at := s.beats["w"]
		s.die("w", 9)
		r, err := s.Release(s.Context(), store.ReleaseRequest{Worker: "w", Beat: at, MaxDeaths: 9})
		if err != nil || r.Released || len(r.Jobs) != 0 {
			s.Fatalf("released again: %+v, %v", r, err)
		}
		s.counts(s.get("a"), 0, 0, 1, 1)
	}},
	{"its jobs are ready again and Releases is one higher", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		s.claimIDs("w", 2, "a", "b")
		r := s.die("w", 0)
		if r.Left != 0 || len(r.Jobs) != 2 {
			s.Fatalf("answered %+v", r)
		}
		for _, j := range r.Jobs {
			if j.Kind != kind || j.State != store.Ready {
				s.Fatalf("answered %+v", r)
			}
			got := s.in(j.ID, store.Ready)
			s.counts(got, 0, 0, 1, 0)
			s.released(got)
		}
	}},
	{"answers how long each had run when the worker last beat", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		a := of(s.claimIDs("w", 1, "a")[0])
		s.sub.Advance(time.Hour)
		s.beat("w", a)
		s.sub.Advance(time.Minute)
		s.claimIDs("w", 1, "b")
		s.sub.Advance(time.Minute)
		for _, j := range s.die("w", 0).Jobs {
			if j.ID == "b" && j.Ran != 0 {
				s.Fatalf("the job that was claimed after the beat ran %v", j.Ran)
			}
			if j.ID == "a" {
				s.near("Ran", j.Ran, time.Hour)
			}
		}
	}},
	{"answers which of its jobs have a cursor", hasCursor, func(s *stage) {
		s.add(jobs("a", "b")...)
		c := claimsOf(s.claimIDs("w", 2, "a", "b"))
		s.results(s.settleBatch("w", 0, saved(c[0], 1, "1")), store.Applied)
		for _, j := range s.die("w", 0).Jobs {
			if j.Cursor != (j.ID == "a") {
				s.Fatalf("answered %+v", j)
			}
		}
	}},
	{"its jobs go to the front in their order", hasOrder, func(s *stage) {
		s.add(jobs("a", "b", "c", "d")...)
		c := of(s.claimIDs("v", 1, "a")[0])
		s.claimIDs("w", 2, "b", "c")
		s.end("v", c, store.Return) // its old place is before theirs, but not at the front
		s.sub.Advance(time.Minute)
		s.die("w", 0)
		s.claimIDs("v", 4, "b", "c", "a", "d")
	}},
	{"attempts and interruptions are not touched", nil, func(s *stage) {
		s.add(job("a"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Fail)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.HandOver)
		s.claimIDs("w", 1, "a")
		s.die("w", 0)
		s.counts(s.in("a", store.Ready), 1, 1, 1, 0)
	}},
	{"its jobs keep their cursors", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.results(s.settleBatch("w", 0, saved(c, 1, `{"n":58}`)), store.Applied)
		s.die("w", 0)
		s.holds("the cursor", s.claimIDs("v", 1, "a")[0].Cursor, `{"n":58}`)
	}},
	{"the worker is forgotten", nil, func(s *stage) {
		s.beat("v")
		s.one("w", "a")
		s.die("w", 0)
		s.workerNames(store.WorkersRequest{}, "v")
	}},
	{"a worker that held nothing is forgotten too", nil, func(s *stage) {
		s.beat("w")
		if r := s.die("w", 0); len(r.Jobs) != 0 || r.Left != 0 {
			s.Fatalf("answered %+v", r)
		}
		s.workerNames(store.WorkersRequest{})
	}},
	{"a forgotten worker may come back with any number", nil, func(s *stage) {
		s.beats["w"] = 100
		s.beat("w")
		s.die("w", 0)
		s.beat("w")
		if w := s.workers()[0]; w.Beat != 1 {
			s.Fatalf("came back as %+v", w)
		}
	}},
	{"a worker that comes back holds nothing of what it held", nil, func(s *stage) {
		c := s.one("w", "a")
		s.die("w", 0)
		s.claimIDs("v", 1, "a")
		s.beat("w")
		for range 3 {
			s.sameClaims(s.beat("w", c).Lost, c)
		}
		if r := s.in("a", store.Running); r.Worker != "v" {
			s.Fatalf("the job is with %s", r.Worker)
		}
		s.die("w", 9)
		s.in("a", store.Running)
	}},
	{"jobs of others are not touched", nil, func(s *stage) {
		s.one("v", "a")
		s.one("w", "b")
		s.die("w", 1)
		if r := s.in("a", store.Running); r.Worker != "v" {
			s.Fatalf("the job is with %q", r.Worker)
		}
	}},
	{"what it settled before is not touched", nil, func(s *stage) {
		s.end("w", s.one("w", "a"), store.HandOver)
		s.end("w", s.oneBehind("w", "b", "a"), store.Bury)
		s.die("w", 1)
		s.counts(s.in("a", store.Ready), 0, 1, 0, 0)
		s.counts(s.in("b", store.Dead), 1, 0, 0, 0)
	}},
	{"of many holders of one queue each release takes its own", nil, func(s *stage) {
		for i := range 20 {
			s.add(job(fmt.Sprintf("j%d", i)))
			s.claim(fmt.Sprintf("w%d", i%4), 1)
		}
		if r := s.die("w2", 0); len(r.Jobs) != 5 {
			s.Fatalf("took back %d jobs, want 5", len(r.Jobs))
		}
		if got := s.all(store.Filter{States: []store.State{store.Running}}); len(got) != 15 {
			s.Fatalf("%d run still, want 15", len(got))
		}
	}},
}

// oneBehind adds a plain job and claims it while another is in front, which is put
// back.
func (s *stage) oneBehind(worker, id, front string) store.Claim {
	s.Helper()
	s.add(job(id))
	got := s.claimIDs(worker, 2, front, id)
	s.end(worker, of(got[0]), store.Return)
	return of(got[1])
}

var poisonPromises = []promise{
	{"a worker that was not stopping leaves a death on each of its jobs", nil, func(s *stage) {
		for _, state := range []store.WorkerState{store.Working, store.Quiet} {
			s.diedAs(state, 1)
		}
	}},
	{"a worker that was stopping leaves none", nil, func(s *stage) {
		for _, state := range []store.WorkerState{store.Stopping, store.Leaving} {
			s.diedAs(state, 0)
		}
	}},
	{"the last beat decides whether it was stopping", nil, func(s *stage) {
		c := s.one("w", "a")
		s.beatAs(store.Worker{Name: "w", State: store.Stopping}, c)
		s.beatAs(store.Worker{Name: "w", State: store.Working}, c)
		s.die("w", 9)
		s.counts(s.get("a"), 0, 0, 1, 1)
	}},
	{"MaxDeaths 0 counts no deaths", nil, func(s *stage) {
		s.add(job("a"))
		for i := range 5 {
			s.claimIDs("w", 1, "a")
			s.die("w", 0)
			s.counts(s.in("a", store.Ready), 0, 0, i+1, 0)
		}
	}},
	{"the death that reaches MaxDeaths makes the job dead, not the one before", nil, func(s *stage) {
		s.add(job("a"))
		for i := range 2 {
			s.claimIDs("w", 1, "a")
			if r := s.die("w", 3); len(r.Jobs) != 1 || r.Jobs[0] != (store.Released{ID: "a", Kind: kind, State: store.Ready}) {
				s.Fatalf("death %d answered %+v", i+1, r)
			}
			s.counts(s.in("a", store.Ready), 0, 0, i+1, i+1)
		}
		s.claimIDs("w", 1, "a")
		if r := s.die("w", 3); len(r.Jobs) != 1 || r.Jobs[0] != (store.Released{ID: "a", Kind: kind, State: store.Dead}) {
			s.Fatalf("the third death answered %+v", r)
		}
		r := s.in("a", store.Dead)
		s.counts(r, 0, 0, 3, 3)
		if r.Why == "" || r.EndedAt.IsZero() {
			s.Fatalf("dead as %+v", r)
		}
		s.claimIDs("w", 1)
	}},
	{"deaths count since the last outcome", nil, func(s *stage) {
		s.add(job("a"))
		for range 3 {
			s.claimIDs("w", 1, "a")
			s.die("w", 2)
			s.end("v", of(s.claimIDs("v", 1, "a")[0]), store.HandOver)
		}
		s.counts(s.in("a", store.Ready), 0, 3, 3, 0)
	}},
	{"a job whose cursor moved since its last death counts from one", all(hasCursor, hasJournal), func(s *stage) {
		s.add(job("a"))
		for i := range 4 {
			c := of(s.claimIDs("w", 1, "a")[0])
			s.apply("w", store.Outcome{Claim: c, Verb: store.Save, Seq: 1, Cursor: raw(strconv.Itoa(i))})
			s.die("w", 2)
			s.counts(s.in("a", store.Ready), 0, 0, i+1, 1)
		}
		c := of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.Save, Seq: 1, Cursor: raw("3")})
		s.die("w", 2)
		s.in("a", store.Dead)
	}},
	{"of a hundred jobs one kills its workers and one is dead", nil, poisonAmongInnocents},
}

// diedAs has a worker die in a state and asserts the deaths of its job.
func (s *stage) diedAs(state store.WorkerState, deaths int) {
	s.Helper()
	id := string(state)
	c := s.one("w", id)
	s.beatAs(store.Worker{Name: "w", State: state}, c)
	s.die("w", 9)
	s.counts(s.in(id, store.Ready), 0, 0, 1, deaths)
	s.move(1, store.Deleted, store.Filter{IDs: []string{id}})
}

// poisonAmongInnocents runs workers of 100 slots and one suspect; whoever starts
// the poison dies.
func poisonAmongInnocents(s *stage) {
	for i := range 99 {
		s.add(job(fmt.Sprintf("innocent-%d", i)))
	}
	s.add(job("poison"))
	deaths, done := 0, 0
	for round := 0; done < 99 || deaths < 3; round++ {
		if round > 300 {
			s.Fatalf("after %d rounds %d deaths and %d done", round, deaths, done)
		}
		w := fmt.Sprintf("w%d", round)
		s.beat(w)
		got := s.claimSuspects(w, 100, 1)
		poisoned := false
		for _, r := range got {
			poisoned = poisoned || r.ID == "poison"
		}
		if poisoned {
			s.die(w, 3)
			deaths++
			continue
		}
		for _, r := range got {
			s.end(w, of(r), store.Finish)
			done++
		}
	}
	s.in("poison", store.Dead)
	if deaths != 3 || done != 99 {
		s.Fatalf("%d deaths, %d done", deaths, done)
	}
	s.unfinished("poison")
}

var cancelPromises = []promise{
	{"a running job that is cancelled is marked and its worker's next beat brings it", hasCancel, func(s *stage) {
		c, other := s.one("w", "a"), s.one("w", "b")
		s.cancel("a")
		r := s.in("a", store.Running)
		if !r.Cancelling || r.Worker != "w" {
			s.Fatalf("marked as %+v", r)
		}
		for range 3 {
			r := s.beat("w", c, other)
			s.sameClaims(r.Cancelled, c)
			s.sameClaims(r.Lost)
		}
		s.end("w", c, store.Cancel)
		s.released(s.in("a", store.Cancelled))
		s.sameClaims(s.beat("w", other).Cancelled)
	}},
	{"a marked job may still be done or buried", hasCancel, func(s *stage) {
		c, d := s.one("w", "a"), s.one("w", "b")
		s.cancel("a")
		s.cancel("b")
		s.end("w", c, store.Finish)
		s.gone("a")
		s.end("w", d, store.Bury)
		s.released(s.in("b", store.Dead))
	}},
	{"a marked job that would run again is cancelled instead", hasCancel, func(s *stage) {
		for _, verb := range []store.Verb{store.Fail, store.Snooze, store.HandOver, store.Return} {
			id := string(verb)
			c := s.one("w", id)
			s.cancel(id)
			s.apply("w", store.Outcome{Claim: c, Verb: verb, Why: "because"})
			r := s.in(id, store.Cancelled)
			s.released(r)
			if r.EndedAt.IsZero() || r.Why != "by hand" {
				s.Fatalf("after %s cancelled as %+v", verb, r)
			}
		}
		s.counts(s.get(string(store.Fail)), 1, 0, 0, 0)
		s.counts(s.get(string(store.HandOver)), 0, 1, 0, 0)
		s.claimIDs("w", 9)
	}},
	{"a marked job that its worker cancels keeps the words of who asked for it", hasCancel, func(s *stage) {
		c, own := s.one("w", "a"), s.one("w", "b")
		s.cancel("a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Cancel, Why: "obeyed"}, store.Outcome{Claim: own, Verb: store.Cancel, Why: "its own"})
		if r := s.in("a", store.Cancelled); r.Why != "by hand" {
			s.Fatalf("cancelled because %q", r.Why)
		}
		if r := s.in("b", store.Cancelled); r.Why != "its own" {
			s.Fatalf("cancelled unasked because %q", r.Why)
		}
	}},
	{"a marked job that nobody names is cancelled instead of going back", hasCancel, func(s *stage) {
		s.one("w", "a")
		s.cancel("a")
		s.beat("w")
		if r := s.beat("w"); r.Returned != 1 {
			s.Fatalf("answered %+v", r)
		}
		s.released(s.in("a", store.Cancelled))
	}},
	{"a marked job that is released is cancelled instead", hasCancel, func(s *stage) {
		s.one("w", "a")
		s.cancel("a")
		r := s.die("w", 1)
		if len(r.Jobs) != 1 || r.Jobs[0] != (store.Released{ID: "a", Kind: kind, State: store.Cancelled}) {
			s.Fatalf("answered %+v", r)
		}
		got := s.in("a", store.Cancelled)
		s.released(got)
		if got.Releases != 1 || got.Why != "by hand" {
			s.Fatalf("cancelled as %+v", got)
		}
	}},
	{"a mark ends with its claim", hasCancel, func(s *stage) {
		c := s.one("w", "a")
		s.cancel("a")
		s.end("w", c, store.HandOver)
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		again := of(s.claimIDs("w", 1, "a")[0])
		s.sameClaims(s.beat("w", again).Cancelled)
		s.end("w", again, store.Finish)
	}},
}

// cancel cancels one job by hand.
func (s *stage) cancel(id string) {
	s.Helper()
	s.move(1, store.Cancelled, store.Filter{IDs: []string{id}})
}
