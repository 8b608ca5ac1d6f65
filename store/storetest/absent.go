package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An absence is what a store without a feature does instead: it refuses with
// ErrUnsupported what asks for the feature, and changes nothing.
type absence struct {
	name string
	has  need
	run  func(s *stage)
}

var absences = []absence{
	{"without Kinds strangers in front hold nobody up for long and stay as they are", hasKinds, func(s *stage) {
		for i := range 5 {
			s.add(store.Job{ID: fmt.Sprintf("strange-%d", i), Kind: "strange"})
		}
		s.add(job("a"))
		for tries := 0; len(s.claim("w", 1)) == 0; tries++ {
			if tries > 100 {
				s.Fatal("100 claims did not get at the one job that is known")
			}
			s.sub.Advance(time.Second)
		}
		s.in("a", store.Running)
		for i := range 5 {
			s.counts(s.in(fmt.Sprintf("strange-%d", i), store.Ready), 0, 0, 0, 0)
		}
	}},
	{"without IDs an id is Known for 10 minutes after its Enqueue", hasIDs, func(s *stage) {
		s.end("w", s.one("w", "a"), store.Finish)
		s.sub.Advance(store.Remember - time.Minute)
		s.pruneAll(0)
		s.known("a")
	}},
	{"without Order what goes back is at the front", hasOrder, func(s *stage) {
		s.add(jobs("a", "b")...)
		for _, verb := range []store.Verb{store.Return, store.HandOver} {
			s.end("w", of(s.claimIDs("w", 1, "a")[0]), verb)
		}
		s.claimIDs("w", 2, "a", "b")
	}},
	{"without Priority a job that has one is refused", hasPriority, refusesJob(func(j *store.Job) { j.Priority = 1 })},
	{"without Unique a job that has a key is refused", hasUnique, refusesJob(func(j *store.Job) { j.Unique = "key" })},
	{"without Tags a job that has some is refused", hasTags, refusesJob(func(j *store.Job) { j.Tags = []string{"red"} })},
	{"without Tick a job that is one is refused", hasTick, refusesJob(func(j *store.Job) { j.Tick = store.Tick{Schedule: "x", N: 1} })},
	{"without Keep a job that asks for it is refused", hasKeep, refusesJob(func(j *store.Job) { j.Keep = time.Hour })},
	{"without Cursor an outcome that has one is Refused", hasCursor, func(s *stage) {
		c := s.one("w", "a")
		s.unsupported("w", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: raw("1")})
		s.unsupported("w", saved(c, 1, "1"))
		s.end("w", c, store.HandOver)
	}},
	{"without Then an outcome that enqueues is Refused", hasThen, func(s *stage) {
		c := s.one("w", "a")
		s.unsupported("w", store.Outcome{Claim: c, Verb: store.Finish, Enqueue: jobs("b")})
		s.gone("b")
		s.end("w", c, store.Finish)
	}},
	{"without Journal records have none", hasJournal, func(s *stage) {
		s.end("w", s.one("w", "a"), store.HandOver)
		if j := s.get("a").Journal; len(j) != 0 {
			s.Fatalf("the journal is %+v", j)
		}
	}},
	{"without Weights a claim with shares is refused", hasWeights, func(s *stage) {
		s.add(job("a"))
		s.beat("w")
		_, err := s.Claim(s.Context(), store.ClaimRequest{
			Worker: "w", Token: store.NewToken(), Max: 1, Kinds: []string{kind},
			Queues: []store.QueueWant{{Name: store.DefaultQueue, Share: 1}},
		})
		s.is(err, store.ErrUnsupported)
		s.in("a", store.Ready)
	}},
	{"without Pause nothing can be paused", hasPause, func(s *stage) {
		s.is(s.Pause(s.Context(), []string{"a"}, true), store.ErrUnsupported)
	}},
	{"without Signal nobody can be told", hasSignal, func(s *stage) {
		s.beat("w")
		_, err := s.Signal(s.Context(), []string{"w"}, store.OrderStop)
		s.is(err, store.ErrUnsupported)
	}},
	{"without Schedules there is no Scheduler, or it refuses", hasSchedules, func(s *stage) {
		sc, ok := s.Store.(store.Scheduler)
		if !ok {
			return
		}
		_, err := sc.Declare(s.Context(), []store.Schedule{schedule("a")})
		s.is(err, store.ErrUnsupported)
		_, err = sc.Schedules(s.Context(), store.SchedulesRequest{})
		s.is(err, store.ErrUnsupported)
		_, err = sc.Switch(s.Context(), []string{"a"}, store.SchedulePause)
		s.is(err, store.ErrUnsupported)
	}},
	{"without Marks there is no Marker, or it refuses", hasMarks, func(s *stage) {
		m, ok := s.Store.(store.Marker)
		if !ok {
			return
		}
		_, err := m.Mark(s.Context(), store.Mark{Label: "a"})
		s.is(err, store.ErrUnsupported)
		_, err = m.Marks(s.Context(), 1)
		s.is(err, store.ErrUnsupported)
	}},
	{"without Cancel running jobs are left alone", hasCancel, func(s *stage) {
		c := s.one("w", "a")
		s.move(0, store.Cancelled, store.Filter{IDs: []string{"a"}})
		if r := s.beat("w", c); len(r.Cancelled) != 0 {
			s.Fatalf("the beat says %v are cancelled", r.Cancelled)
		}
		s.end("w", c, store.Finish)
	}},
}

// testAbsent runs those absences that the store has.
func testAbsent(t *testing.T, h Harness) {
	probe := h.New(t)
	f := probe.Store.Features()
	if f.Schedules && !f.Tick {
		t.Error("Features say Schedules and not Tick, which schedules need")
	}
	if f.Name == "" || f.Remember < store.Remember || f.MaxPayload <= 0 {
		t.Errorf("Features say too little: %+v", f)
	}
	for _, a := range absences {
		if !a.has(&probe) {
			t.Run(a.name, func(t *testing.T) { a.run(newStage(t, h.New(t))) })
		}
	}
}

// refusesJob enqueues one job that asks for too much.
func refusesJob(ask func(*store.Job)) func(*stage) {
	return func(s *stage) {
		j := job("a")
		ask(&j)
		_, err := s.Enqueue(s.Context(), []store.Job{job("b"), j})
		s.is(err, store.ErrUnsupported)
		s.lists(store.Filter{})
	}
}

// unsupported settles one outcome that must be refused, and leave the claim.
func (s *stage) unsupported(worker string, o store.Outcome) {
	s.Helper()
	got := s.settle(worker, o)
	s.results(got, store.Refused)
	if !errors.Is(got[0].Err, store.ErrUnsupported) {
		s.Fatalf("refused with %v", got[0].Err)
	}
	s.in(o.ID, store.Running)
}
