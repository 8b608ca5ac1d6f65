package storetest

import "github.com/tasuki-jobs/tasuki/store"

var queuePromises = []promise{
	{"only the queues asked for are taken from", nil, func(s *stage) {
		s.threeQueues()
		s.sameIDs(s.claimFrom("w", 9, from("b")...), "b1", "b2", "b3")
		s.sameIDs(s.claimFrom("w", 9, from("none")...))
		s.sameIDs(s.claimReply(store.ClaimRequest{Worker: "w", Max: 9, Queues: []store.QueueWant{}}).Jobs)
	}},
	{"without shares the queues come in strict order", nil, func(s *stage) {
		s.threeQueues()
		s.sameIDs(s.claimFrom("w", 4, from("c", "a", "b")...), "c1", "c2", "c3", "a1")
		s.sameIDs(s.claimFrom("w", 9, from("c", "a", "b")...), "a2", "a3", "b1", "b2", "b3")
	}},
	{"a queue or a kind that is named twice is one", nil, func(s *stage) {
		s.threeQueues()
		got := s.claimReply(store.ClaimRequest{
			Worker: "w", Max: 5, Kinds: []string{kind, "other", kind}, Queues: from("b", "a", "b", "a"),
		})
		s.sameIDs(got.Jobs, "b1", "b2", "b3", "a1", "a2")
		s.sameIDs(s.claimFrom("w", 9, from("a", "a", "c")...), "a3", "c1", "c2", "c3")
	}},
	{"priority does not reach across queues", hasPriority, func(s *stage) {
		s.addTo("a", "a1")
		urgent := job("b1")
		urgent.Queue, urgent.Priority = "b", -9
		s.add(urgent)
		s.beat("w")
		s.sameIDs(s.claimFrom("w", 9, from("a", "b")...), "a1", "b1")
	}},
	{"each queue gives up to its share, then what it has", hasWeights, func(s *stage) {
		s.threeQueues()
		want := []store.QueueWant{{Name: "a", Share: 1}, {Name: "b", Share: 2}, {Name: "c"}}
		s.sameIDs(s.claimFrom("w", 5, want...), "a1", "b1", "b2", "a2", "a3")
		s.sameIDs(s.claimFrom("w", 9, want...), "b3", "c1", "c2", "c3")
	}},
	{"a share that a queue cannot fill goes to the others", hasWeights, func(s *stage) {
		s.threeQueues()
		want := []store.QueueWant{{Name: "none", Share: 3}, {Name: "c", Share: 1}, {Name: "a", Share: 1}}
		s.sameIDs(s.claimFrom("w", 4, want...), "c1", "a1", "c2", "c3")
	}},
	{"shares beyond Max are cut", hasWeights, func(s *stage) {
		s.threeQueues()
		want := []store.QueueWant{{Name: "a", Share: 2}, {Name: "b", Share: 2}}
		s.sameIDs(s.claimFrom("w", 3, want...), "a1", "a2", "b1")
	}},
	{"a paused queue gives nothing until it is let go", hasPause, func(s *stage) {
		s.threeQueues()
		s.ok(s.Pause(s.Context(), []string{"a", "c"}, true))
		s.sameIDs(s.claimFrom("w", 2, from("a", "b", "c")...), "b1", "b2")
		s.ok(s.Pause(s.Context(), []string{"a"}, false))
		s.sameIDs(s.claimFrom("w", 9, from("a", "b", "c")...), "a1", "a2", "a3", "b3")
		s.in("c1", store.Ready)
	}},
	{"pausing twice is pausing", hasPause, func(s *stage) {
		s.threeQueues()
		s.ok(s.Pause(s.Context(), []string{"a"}, true))
		s.ok(s.Pause(s.Context(), []string{"a"}, true))
		s.sameIDs(s.claimFrom("w", 9, from("a")...))
		s.ok(s.Pause(s.Context(), []string{"a"}, false))
		s.ok(s.Pause(s.Context(), []string{"a"}, false))
		s.sameIDs(s.claimFrom("w", 9, from("a")...), "a1", "a2", "a3")
	}},
	{"a queue may be paused before a job was in it", hasPause, func(s *stage) {
		s.ok(s.Pause(s.Context(), []string{"a"}, true))
		s.threeQueues()
		s.sameIDs(s.claimFrom("w", 9, from("a")...))
	}},
	{"pausing no queues does nothing", hasPause, func(s *stage) {
		s.threeQueues()
		s.ok(s.Pause(s.Context(), nil, true))
		s.sameIDs(s.claimFrom("w", 1, from("a")...), "a1")
	}},
	{"what runs in a paused queue runs on", hasPause, func(s *stage) {
		c := s.one("w", "a")
		s.ok(s.Pause(s.Context(), []string{store.DefaultQueue}, true))
		s.end("w", c, store.Finish)
		s.gone("a")
	}},
	{"a paused queue takes jobs in", hasPause, func(s *stage) {
		s.ok(s.Pause(s.Context(), []string{store.DefaultQueue}, true))
		s.add(job("a"))
		s.in("a", store.Ready)
	}},
	{"what waits in a paused queue is no reason to come back", hasPause, func(s *stage) {
		s.threeQueues()
		s.ok(s.Pause(s.Context(), []string{"a"}, true))
		s.waits(s.claimReply(store.ClaimRequest{Worker: "w", Max: 9, Queues: from("a")}), -1)
	}},
	{"names of queues are compared byte by byte", nil, func(s *stage) {
		s.beat("w")
		s.addTo("q", "plain")
		s.addTo("Q", "upper")
		s.addTo("q ", "space")
		s.addTo("𝔮", "beyond")
		s.sameIDs(s.claimFrom("w", 9, from("q")...), "plain")
		s.sameIDs(s.claimFrom("w", 9, from("𝔮")...), "beyond")
		s.sameIDs(s.claimFrom("w", 9, from("Q", "q ")...), "upper", "space")
	}},
}

// threeQueues fills the queues a, b and c with three jobs each, and makes the
// worker w known.
func (s *stage) threeQueues() {
	s.Helper()
	for _, q := range []string{"a", "b", "c"} {
		s.addTo(q, q+"1", q+"2", q+"3")
	}
	s.beat("w")
}

// claimFrom claims plain jobs from queues.
func (s *stage) claimFrom(worker string, n int, queues ...store.QueueWant) []store.Record {
	s.Helper()
	return s.claimReply(store.ClaimRequest{Worker: worker, Max: n, Queues: queues}).Jobs
}
