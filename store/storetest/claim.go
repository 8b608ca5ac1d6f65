package storetest

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var claimPromises = []promise{
	{"jobs of one moment come as enqueued", nil, func(s *stage) {
		s.add(jobs("c", "a", "d", "b")...)
		s.claimIDs("w", 3, "c", "a", "d")
		s.claimIDs("w", 3, "b")
		s.claimIDs("w", 3)
	}},
	{"lower priority comes first", hasPriority, func(s *stage) {
		js := jobs("zero", "high", "negative", "five")
		js[1].Priority, js[2].Priority, js[3].Priority = 100, -7, 5
		s.add(js...)
		s.claimIDs("w", 9, "negative", "zero", "five", "high")
	}},
	{"priority comes before the front of the queue", hasPriority, func(s *stage) {
		low := job("low")
		low.Priority = 1
		s.add(low)
		s.end("w", of(s.claimIDs("w", 1, "low")[0]), store.HandOver)
		s.add(job("zero"))
		s.claimIDs("w", 2, "zero", "low")
	}},
	{"what went back to the front comes before what is due longer", nil, func(s *stage) {
		s.add(job("a"))
		c := of(s.claimIDs("w", 1, "a")[0])
		s.add(job("b"))
		s.sub.Advance(time.Minute)
		s.end("w", c, store.HandOver)
		s.claimIDs("w", 2, "a", "b")
	}},
	{"what became due earlier comes first", hasOrder, func(s *stage) {
		s.addDelayed("3m", 3*time.Minute)
		s.addDelayed("1m", time.Minute)
		s.sub.Advance(2 * time.Minute)
		s.add(job("2m"))
		s.sub.Advance(2 * time.Minute)
		s.add(job("4m"))
		s.claimIDs("w", 9, "1m", "2m", "3m", "4m")
	}},
	{"a failed job comes by the time of its next attempt", hasOrder, func(s *stage) {
		c := s.one("w", "a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Fail, Delay: 2 * time.Minute})
		s.sub.Advance(time.Minute)
		s.add(job("b"))
		s.sub.Advance(2 * time.Minute)
		s.add(job("c"))
		s.claimIDs("w", 9, "b", "a", "c")
	}},
	{"takes no more than Max", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		s.claimIDs("w", 0)
		s.claimIDs("w", 2, "a", "b")
		s.claimIDs("w", 2, "c")
	}},
	{"takes only kinds that the worker knows", hasKinds, func(s *stage) {
		s.beat("w")
		s.addKinds("other", "K", "k", "k ", "kk", "third")
		s.sameIDs(s.claimKinds("w", 9, "k"), "k")
		s.sameIDs(s.claimKinds("w", 9, "third", "none"), "third")
		s.sameIDs(s.claimKinds("w", 9, "kk", "other", "K"), "other", "K", "kk")
		s.in("k_", store.Ready)
	}},
	{"takes nothing without kinds", nil, func(s *stage) {
		s.beat("w")
		s.add(job("a"))
		s.sameIDs(s.claimReply(store.ClaimRequest{Worker: "w", Max: 9, Kinds: []string{}}).Jobs)
		s.in("a", store.Ready)
	}},
	{"kinds share one order", hasKinds, func(s *stage) {
		s.beat("w")
		for i := range 6 {
			j := job(fmt.Sprint(i))
			j.Kind = fmt.Sprintf("kind-%d", i%3)
			s.add(j)
		}
		s.sameIDs(s.claimKinds("w", 4, "kind-2", "kind-0", "kind-1"), "0", "1", "2", "3")
	}},
	{"unknown kinds in front are passed over and left as they are", hasKinds, func(s *stage) {
		strange := make([]store.Job, 3000)
		for i := range strange {
			strange[i] = store.Job{ID: fmt.Sprintf("s%d", i), Kind: "strange"}
		}
		s.add(strange...)
		s.add(job("a"))
		s.claimIDs("w", 9, "a")
		if got := s.all(store.Filter{Kinds: []string{"strange"}, States: []store.State{store.Ready}}); len(got) != len(strange) {
			s.Fatalf("%d of %d unknown jobs are ready still", len(got), len(strange))
		}
	}},
	{"a record of a newer format is left alone and stays visible", canPlant, func(s *stage) {
		s.add(jobs("newer", "ours")...)
		s.sub.SetFormat(s.T, "newer", store.Format+1)
		s.claimIDs("w", 9, "ours")
		if r := s.in("newer", store.Ready); r.Format != store.Format+1 {
			s.Fatalf("format %d", r.Format)
		}
	}},
	{"a suspect is taken only within Suspects", nil, func(s *stage) {
		s.suspects("a", "b", "c")
		s.add(job("d"))
		s.beat("w")
		s.sameIDs(s.claimSuspects("w", 9, 0), "d")
		s.sameIDs(s.claimSuspects("w", 9, 1), "a")
		s.sameIDs(s.claimSuspects("w", 1, 9), "b")
		s.sameIDs(s.claimSuspects("w", 9, 9), "c")
	}},
	{"suspects past the limit keep nobody back", nil, func(s *stage) {
		s.suspects("a", "b", "c")
		s.add(jobs("d", "e")...)
		s.beat("w")
		s.sameIDs(s.claimSuspects("w", 3, 1), "a", "d", "e")
	}},
	{"the suspects of all queues count together", nil, func(s *stage) {
		s.addTo("one", "a")
		s.addTo("two", "b")
		s.beat("x")
		s.claimReply(store.ClaimRequest{Worker: "x", Max: 9, Queues: from("one", "two")})
		s.die("x", 9)
		s.beat("w")
		got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 9, Suspects: 1, Queues: from("one", "two")})
		s.sameIDs(got.Jobs, "a")
	}},
	{"a worker that was never seen gets ErrUnknownWorker and nothing", nil, func(s *stage) {
		s.add(job("a"))
		s.claimUnknown("stranger")
		s.in("a", store.Ready)
	}},
	{"a worker that was released gets ErrUnknownWorker and nothing", nil, func(s *stage) {
		s.beat("w")
		s.die("w", 0)
		s.add(job("a"))
		s.claimUnknown("w")
		s.in("a", store.Ready)
		s.beat("w")
		s.claimIDs("w", 1, "a")
	}},
	{"no two claims answer the same job", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		s.claimIDs("v", 1, "a")
		s.claimIDs("w", 9, "b")
		s.claimIDs("v", 9)
	}},
	{"answers the jobs as running, with all that a handler can see", nil, claimFillsRecord},
	{"answers where the job stood", hasCursor, func(s *stage) {
		c := s.one("v", "a")
		s.apply("v", store.Outcome{Claim: c, Verb: store.HandOver, Cursor: raw(`{"n":7}`)})
		got := s.claimIDs("w", 1, "a")[0]
		s.holds("the cursor", got.Cursor, `{"n":7}`)
		s.counts(got, 0, 1, 0, 0)
	}},
	{"tokens come from the request's", nil, func(s *stage) {
		s.beat("w")
		s.add(jobs("a", "b", "c")...)
		token := store.NewToken()
		got := s.claimReply(store.ClaimRequest{Worker: "w", Token: token, Max: 3}).Jobs
		for i, r := range got {
			if r.Token != token && r.Token != token+store.Token(i) {
				s.Fatalf("job %d has token %v, the request had %v", i, r.Token, token)
			}
		}
	}},
	{"nothing to do is no error", nil, func(s *stage) {
		s.beat("w")
		got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 1})
		s.sameIDs(got.Jobs)
		s.waits(got, -1)
	}},
	{"Wait is how long until the next job is due", nil, claimWait},
	{"Wait is 0 beside jobs while more are due", nil, func(s *stage) {
		s.beat("w")
		s.add(jobs("a", "b")...)
		s.waits(s.claimReply(store.ClaimRequest{Worker: "w", Max: 1}), 0)
		s.waits(s.claimReply(store.ClaimRequest{Worker: "w", Max: 1}), -1)
	}},
	{"Wait is not 0 for suspects that may not be taken", nil, func(s *stage) {
		s.suspects("a")
		s.beat("w")
		got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 1})
		s.sameIDs(got.Jobs)
		s.waits(got, -1)
	}},
}

// addDelayed adds a job with a delay.
func (s *stage) addDelayed(id string, d time.Duration) {
	s.Helper()
	j := job(id)
	j.Delay = d
	s.add(j)
}

// addTo adds jobs to a queue.
func (s *stage) addTo(queue string, ids ...string) {
	s.Helper()
	for _, id := range ids {
		j := job(id)
		j.Queue = queue
		s.add(j)
	}
}

// addKinds adds a job of each kind, named like it as far as ids may be.
func (s *stage) addKinds(kinds ...string) {
	s.Helper()
	for _, k := range kinds {
		j := job(k)
		if k == "k " {
			j.ID = "k_"
		}
		j.Kind = k
		s.add(j)
	}
}

// claimKinds claims jobs of kinds.
func (s *stage) claimKinds(worker string, n int, kinds ...string) []store.Record {
	s.Helper()
	return s.claimReply(store.ClaimRequest{Worker: worker, Max: n, Kinds: kinds}).Jobs
}

// claimSuspects claims with a limit on suspects.
func (s *stage) claimSuspects(worker string, n, suspects int) []store.Record {
	s.Helper()
	return s.claimReply(store.ClaimRequest{Worker: worker, Max: n, Suspects: suspects}).Jobs
}

// suspects adds plain jobs that were on board when a worker died.
func (s *stage) suspects(ids ...string) {
	s.Helper()
	s.add(jobs(ids...)...)
	s.claimIDs("victim", len(ids), ids...)
	s.die("victim", 99)
}

// claimUnknown claims for a worker that must not be known.
func (s *stage) claimUnknown(worker string) {
	s.Helper()
	reply, err := s.Claim(s.Context(), store.ClaimRequest{
		Worker: worker, Token: store.NewToken(), Max: 9, Kinds: []string{kind}, Queues: from(store.DefaultQueue),
	})
	s.is(err, store.ErrUnknownWorker)
	if len(reply.Jobs) != 0 {
		s.Fatalf("and it got %d jobs", len(reply.Jobs))
	}
}

func claimFillsRecord(s *stage) {
	f := s.Features()
	full := store.Job{
		ID: "a", Kind: kind, Queue: "q", Args: raw(`{"n": 1}`), MaxAttempts: 7, Timeout: 90 * time.Second,
	}
	if f.Priority {
		full.Priority = -3
	}
	if f.Unique {
		full.Unique = "key"
	}
	if f.Tags {
		full.Tags = []string{"red", "späť"}
	}
	if f.Keep {
		full.Keep = time.Hour
	}
	s.add(full)
	s.beat("w")
	s.sub.Advance(time.Hour)
	got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 1, Queues: from("q")}).Jobs
	s.sameIDs(got, "a")
	listed := s.in("a", store.Running)
	for _, came := range []store.Job{got[0].Job, listed.Job} {
		s.holds("the argument", came.Args, string(full.Args))
		came.Args, came.Tick = full.Args, full.Tick // a tick is not asked for
		if fmt.Sprintf("%+v", came) != fmt.Sprintf("%+v", full) {
			s.Errorf("%+v came back, enqueued %+v", came, full)
		}
	}
	if got[0].State != store.Running || got[0].Token == 0 || listed.Worker != "w" {
		s.Errorf("claimed %+v, listed %+v", got[0], listed)
	}
	s.near("from enqueue to claim", got[0].ClaimedAt.Sub(listed.CreatedAt), time.Hour)
	s.near("listed claim", listed.ClaimedAt.Sub(got[0].ClaimedAt), 0)
}

// waits asserts a claim's Wait, want negative for none known. It may come early
// where unknown kinds are looked past, never late, and 0 is only beside jobs.
func (s *stage) waits(got store.ClaimReply, want time.Duration) {
	s.Helper()
	early := got.Wait >= 0 && (want < 0 || got.Wait < want-slack)
	late := want >= 0 && (got.Wait < 0 || got.Wait > want+slack)
	if late || early && s.Features().Kinds || got.Wait == 0 && len(got.Jobs) == 0 {
		s.Fatalf("Wait is %v beside %d jobs, want about %v", got.Wait, len(got.Jobs), want)
	}
}

func claimWait(s *stage) {
	s.beat("w")
	s.addDelayed("a", 20*time.Minute)
	s.addDelayed("b", 10*time.Minute)
	soon := job("c")
	soon.Delay, soon.Kind = time.Minute, "other"
	s.add(soon)
	soon = job("d")
	soon.Delay, soon.Queue = time.Minute, "other"
	s.add(soon)
	s.waits(s.claimReply(store.ClaimRequest{Worker: "w", Max: 9}), 10*time.Minute)
	s.sub.Advance(15 * time.Minute)
	got := s.claimReply(store.ClaimRequest{Worker: "w", Max: 9})
	s.sameIDs(got.Jobs, "b")
	s.waits(got, 5*time.Minute)
}
