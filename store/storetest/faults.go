package storetest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/tasuki-jobs/tasuki/store"
)

var faultPromises = []promise{
	{"with every third reply lost each job is done once", nil, loseReplies},
	{"what is running when a handle closes is running on the next one", canReopen, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		got := claimsOf(s.claimIDs("w", 2, "a", "b"))
		s.settleBatch("w", 1, bare(got[0], store.HandOver))
		s.reopen()
		if r := s.in("b", store.Running); r.Worker != "w" {
			s.Fatalf("running as %+v", r)
		}
		s.results(s.settleBatch("w", 1, bare(got[0], store.HandOver)), store.Already)
		s.results(s.settleBatch("w", 2, bare(got[1], store.Finish)), store.Applied)
		s.claimIDs("w", 2, "a", "c")
	}},
	{"closing and opening in the middle of claims loses and doubles nothing", canReopen, reopenAmidClaims},
	{"all that the store shows is the same on a second handle", canReopen, func(s *stage) {
		s.oneInEachState()
		before, workers := s.dump(), fmt.Sprintf("%+v", s.workers())
		s.reopen()
		if after := s.dump(); after != before {
			s.Fatalf("the store shows\n%s\nit was\n%s", after, before)
		}
		if after := fmt.Sprintf("%+v", s.workers()); after != workers {
			s.Fatalf("workers %s, were %s", after, workers)
		}
	}},
	{"a claim from before a rollback is Lost once another has the job", canRollBack, func(s *stage) {
		s.add(job("a"))
		s.beat("v")
		s.beat("w")
		restore := s.sub.Snapshot(s.T)
		old := of(s.claimIDs("v", 1, "a")[0])
		s.Store = restore()
		s.in("a", store.Ready)
		fresh := of(s.claimIDs("w", 1, "a")[0])
		s.fenced("v", old)
		s.sameClaims(s.beat("v", old).Lost, old)
		s.end("w", fresh, store.Finish)
	}},
	{"a claim from before a rollback is Lost when the same worker has the job anew", canRollBack, func(s *stage) {
		s.add(job("a"))
		s.beat("w")
		restore := s.sub.Snapshot(s.T)
		old := of(s.claimIDs("w", 1, "a")[0])
		s.Store = restore()
		fresh := of(s.claimIDs("w", 1, "a")[0])
		s.fenced("w", old)
		s.sameClaims(s.beat("w", old, fresh).Lost, old)
		s.end("w", fresh, store.Finish)
	}},
	{"a claim from before a rollback is Lost while the job waits", canRollBack, func(s *stage) {
		s.add(job("a"))
		s.beat("w")
		restore := s.sub.Snapshot(s.T)
		old := of(s.claimIDs("w", 1, "a")[0])
		s.Store = restore()
		s.fenced("w", old)
		s.in("a", store.Ready)
	}},
}

// reopen goes on with a second handle, after the first was closed if it can be.
func (s *stage) reopen() {
	s.Helper()
	if c, ok := s.Store.(io.Closer); ok {
		s.ok(c.Close())
	}
	s.Store = s.sub.Reopen(s.T)
}

// reopenAmidClaims has a worker that lives through ten handles.
func reopenAmidClaims(s *stage) {
	const n = 60
	s.addMany(n)
	ended := map[string]int{}
	var held []store.Claim
	for round := 0; len(ended) < n; round++ {
		if round > 3*n {
			s.Fatalf("%d of %d jobs ended", len(ended), n)
		}
		held = append(held, claimsOf(s.claim("w", 3))...)
		if round < 10 {
			s.reopen()
		}
		if r := s.beat("w", held...); len(r.Lost) != 0 || r.Returned != 0 {
			s.Fatalf("round %d: the beat answered %+v", round, r)
		}
		for len(held) > 2 {
			s.end("w", held[0], store.Finish)
			ended[held[0].ID]++
			held = held[1:]
		}
		if len(ended)+len(held) == n {
			for _, c := range held {
				s.end("w", c, store.Finish)
				ended[c.ID]++
			}
		}
	}
	for id, times := range ended {
		if times != 1 {
			s.Errorf("job %s ended %d times", id, times)
		}
	}
	s.lists(store.Filter{})
}

var errReply = errors.New("the reply was lost")

// lossy performs a call and then loses every third reply.
type lossy struct{ rng *rand.Rand }

func (l lossy) lost() bool { return l.rng.IntN(3) == 0 }

// until repeats a call whose replies may be lost until one comes.
func until[R any](s *stage, l lossy, call func() (R, error)) R {
	s.Helper()
	for {
		reply, err := once(l, call)
		if !errors.Is(err, errReply) {
			s.ok(err)
			return reply
		}
	}
}

// once makes a call whose reply may be lost.
func once[R any](l lossy, call func() (R, error)) (R, error) {
	reply, err := call()
	if err == nil && l.lost() {
		return *new(R), errReply
	}
	return reply, err
}

// loseReplies drives one worker as the contract says that one behaves when
// replies are lost: it sends an Enqueue and a Settle again, makes a Beat anew,
// and leaves a Claim to the beats.
func loseReplies(s *stage) {
	const n = 80
	l := lossy{rand.New(rand.NewPCG(1, 2))}
	for i := 0; i < n; i += 4 {
		four := jobs(fmt.Sprint(i), fmt.Sprint(i+1), fmt.Sprint(i+2), fmt.Sprint(i+3))
		until(s, l, func() ([]store.Enqueued, error) { return s.Enqueue(s.Context(), four) })
	}
	runs := map[string]int{}
	for round := 0; len(runs) < n; round++ {
		if round > 100*n {
			s.Fatalf("%d of %d jobs ran", len(runs), n)
		}
		s.lossyRound(l, runs)
	}
	for id, times := range runs {
		if times != 1 {
			s.Errorf("job %s ran %d times", id, times)
		}
	}
	s.lists(store.Filter{})
	if got := s.stats(); got.Done != n {
		s.Fatalf("the store counts %d done", got.Done)
	}
}

// lossyRound is one beat, one claim and one batch.
func (s *stage) lossyRound(l lossy, runs map[string]int) {
	s.Helper()
	until(s, l, func() (store.BeatReply, error) {
		s.beats["w"]++
		return s.Beat(s.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: s.beats["w"]}})
	})
	got, err := once(l, func() (store.ClaimReply, error) {
		return s.Claim(s.Context(), store.ClaimRequest{
			Worker: "w", Token: store.NewToken(), Max: 3, Kinds: []string{kind}, Queues: from(store.DefaultQueue),
		})
	})
	if errors.Is(err, errReply) || len(got.Jobs) == 0 {
		return
	}
	s.ok(err)
	var os []store.Outcome
	for _, r := range got.Jobs {
		os = append(os, bare(of(r), store.Finish))
		runs[r.ID]++
	}
	s.batches["w"]++
	reply := until(s, l, func() (store.SettleReply, error) {
		return s.Settle(s.Context(), store.SettleRequest{Worker: "w", Batch: s.batches["w"], Outcomes: os})
	})
	for i, r := range reply.Results {
		if r.What != store.Applied && r.What != store.Already {
			s.Fatalf("finish of %s: %+v", os[i].ID, r)
		}
	}
}
