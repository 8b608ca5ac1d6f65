package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var listPromises = []promise{
	{"newest enqueued comes first, whatever happened since", nil, func(s *stage) {
		s.add(jobs("b", "a", "d")...)
		s.addDelayed("c", time.Hour)
		s.end("w", of(s.claimIDs("w", 1, "b")[0]), store.HandOver)
		s.end("w", of(s.claimIDs("w", 1, "b")[0]), store.Bury)
		s.lists(store.Filter{}, "c", "d", "a", "b")
	}},
	{"an empty filter selects all that the store holds", nil, func(s *stage) {
		want := s.oneInEachState()
		got := ids(s.all(store.Filter{}))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			s.Fatalf("selected %q, want %q", got, want)
		}
		if all := s.all(store.Filter{All: true}); len(all) != len(want) {
			s.Fatalf("All selected %d, want %d", len(all), len(want))
		}
	}},
	{"an empty store has no jobs", nil, func(s *stage) {
		s.lists(store.Filter{})
	}},
	{"selects by ids", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		s.lists(store.Filter{IDs: []string{"a", "none", "c", "a"}}, "c", "a")
		s.lists(store.Filter{IDs: []string{"none"}})
		s.lists(store.Filter{IDs: []string{"A"}})
	}},
	{"selects by states", nil, func(s *stage) {
		for _, id := range s.oneInEachState() {
			s.lists(store.Filter{States: []store.State{store.State(id)}}, id)
		}
		s.lists(store.Filter{States: []store.State{store.Dead, store.Retry}}, "dead", "retry")
	}},
	{"selects by queues and kinds, joined by and", nil, func(s *stage) {
		for i := range 8 {
			s.add(store.Job{ID: fmt.Sprint(i), Queue: fmt.Sprint("q", i%2), Kind: fmt.Sprint("k", i/2%2)})
		}
		s.lists(store.Filter{Queues: []string{"q1"}}, "7", "5", "3", "1")
		s.lists(store.Filter{Kinds: []string{"k0"}}, "5", "4", "1", "0")
		s.lists(store.Filter{Queues: []string{"q1"}, Kinds: []string{"k0"}}, "5", "1")
		s.lists(store.Filter{Queues: []string{"q1", "q0"}, Kinds: []string{"k1", "none"}}, "7", "6", "3", "2")
		s.lists(store.Filter{Queues: []string{"q1"}, IDs: []string{"0", "1"}}, "1")
		s.lists(store.Filter{Queues: []string{"q1"}, States: []store.State{store.Dead}})
	}},
	{"selects by any of the tags", hasTags, func(s *stage) {
		for id, tags := range map[string][]string{"a": {"red"}, "b": {"red", "green"}, "c": {"reddish", `b"lue`}} {
			j := job(id)
			j.Tags = tags
			s.add(j)
		}
		s.add(job("d"))
		s.oneOf(store.Filter{Tags: []string{"red"}}, "a", "b")
		s.oneOf(store.Filter{Tags: []string{"green", "reddish"}}, "b", "c")
		s.oneOf(store.Filter{Tags: []string{`b"lue`}}, "c")
		s.oneOf(store.Filter{Tags: []string{"re"}})
		s.oneOf(store.Filter{Tags: []string{"red"}, IDs: []string{"a", "d"}}, "a")
	}},
	{"selects what a worker runs", nil, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		s.claimIDs("v", 1, "a")
		got := s.claimIDs("w", 2, "b", "c")
		s.end("w", of(got[0]), store.HandOver)
		s.lists(store.Filter{Worker: "w"}, "c")
		s.lists(store.Filter{Worker: "v"}, "a")
		s.lists(store.Filter{Worker: "none"})
	}},
	{"pages hold each job once, whatever their size", nil, func(s *stage) {
		s.addMany(7)
		for limit := range 8 {
			s.listed(s.rest(store.ListRequest{Limit: limit + 1}), "6", "5", "4", "3", "2", "1", "0")
		}
	}},
	{"pages keep to the filter", nil, func(s *stage) {
		s.addMany(9)
		for _, r := range s.claim("w", 5) {
			s.end("w", of(r), store.Bury)
		}
		f := store.Filter{States: []store.State{store.Dead}}
		s.listed(s.rest(store.ListRequest{Filter: f, Limit: 2}), "4", "3", "2", "1", "0")
	}},
	{"pages stay whole while jobs come and go", hasOrder, func(s *stage) {
		s.addMany(6)
		first, err := s.List(s.Context(), store.ListRequest{Limit: 2})
		s.ok(err)
		s.sameIDs(first.Jobs, "5", "4")
		s.add(job("new"))
		s.move(2, store.Deleted, store.Filter{IDs: []string{"4", "3"}})
		s.listed(s.rest(store.ListRequest{Limit: 2, After: first.Next}), "2", "1", "0")
	}},
	{"a page has at most 100 jobs by default and at most 1000", nil, func(s *stage) {
		s.addMany(1005)
		for limit, most := range map[int]int{0: 100, 5000: 1000, 999: 999} {
			page, err := s.List(s.Context(), store.ListRequest{Limit: limit})
			if err != nil || len(page.Jobs) > most || page.Next == "" {
				s.Fatalf("limit %d answered %d jobs, next %q, %v", limit, len(page.Jobs), page.Next, err)
			}
		}
	}},
	{"a scheduled job that became due shows as ready", nil, func(s *stage) {
		s.addDelayed("a", time.Hour)
		s.apply("w", store.Outcome{Claim: s.one("w", "b"), Verb: store.Fail, Delay: time.Hour})
		s.lists(store.Filter{States: []store.State{store.Ready}})
		s.sub.Advance(2 * time.Hour)
		s.lists(store.Filter{States: []store.State{store.Ready}}, "b", "a")
		s.lists(store.Filter{States: []store.State{store.Scheduled, store.Retry}})
		s.in("a", store.Ready)
	}},
}

// addMany adds n jobs that are named by their number.
func (s *stage) addMany(n int) {
	s.Helper()
	many := make([]store.Job, n)
	for i := range many {
		many[i] = job(fmt.Sprint(i))
	}
	s.add(many...)
}

// oneOf asserts which jobs a filter selects, in any order.
func (s *stage) oneOf(f store.Filter, want ...string) {
	s.Helper()
	got := ids(s.all(f))
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.Fatalf("%+v selected %q, want %q", f, got, want)
	}
}

var statsPromises = []promise{
	{"an empty store counts nothing", nil, func(s *stage) {
		got := s.stats()
		if got.Done+got.Failed != 0 || len(got.Queues) != 0 {
			s.Fatalf("counted %+v", got)
		}
	}},
	{"counts jobs by queue and state, queues by name", nil, func(s *stage) {
		in := s.oneInEachState()
		s.addTo("b", "b1", "b2")
		s.addTo("a", "a1")
		got := s.stats()
		if len(got.Queues) != 3 || got.Queues[0].Name != "a" || got.Queues[1].Name != "b" || got.Queues[2].Name != store.DefaultQueue {
			s.Fatalf("counted %+v", got)
		}
		s.count("a", store.Ready, 1)
		s.count("b", store.Ready, 2)
		s.count("b", store.Running, 0)
		for _, id := range in {
			s.count(store.DefaultQueue, store.State(id), 1)
		}
	}},
	{"counts jobs done and attempts failed since the store was made", nil, func(s *stage) {
		s.addMany(8)
		for i, r := range s.claim("w", 8) {
			s.end("w", of(r), []store.Verb{
				store.Finish, store.Finish, store.Finish, store.Fail, store.Bury, store.Snooze, store.HandOver, store.Cancel,
			}[i])
		}
		s.die("w", 1)
		s.sub.Advance(100 * time.Hour)
		s.pruneAll(time.Hour)
		if got := s.stats(); got.Done != 3 || got.Failed != 2 {
			s.Fatalf("done %d, failed %d; want 3 and 2", got.Done, got.Failed)
		}
	}},
	{"a batch sent again counts once", nil, func(s *stage) {
		c := s.one("w", "a")
		for range 3 {
			s.settleBatch("w", 1, bare(c, store.Finish))
		}
		if got := s.stats(); got.Done != 1 {
			s.Fatalf("done %d", got.Done)
		}
	}},
	{"what became due counts as ready", nil, func(s *stage) {
		s.addDelayed("a", time.Hour)
		s.count(store.DefaultQueue, store.Scheduled, 1)
		s.count(store.DefaultQueue, store.Ready, 0)
		s.sub.Advance(2 * time.Hour)
		s.count(store.DefaultQueue, store.Scheduled, 0)
		s.count(store.DefaultQueue, store.Ready, 1)
	}},
	{"latency is how long the oldest ready job has been ready", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		s.sub.Advance(10 * time.Minute)
		s.latency(10 * time.Minute)
		c := of(s.claimIDs("w", 1, "a")[0])
		s.end("w", of(s.claimIDs("w", 1, "b")[0]), store.Finish)
		s.latency(0)
		s.sub.Advance(10 * time.Minute)
		s.end("w", c, store.HandOver)
		s.latency(0)
		s.sub.Advance(time.Minute)
		s.latency(time.Minute)
	}},
	{"latency of a job with a delay begins when it is due", nil, func(s *stage) {
		s.addDelayed("a", time.Hour)
		s.latency(0)
		s.sub.Advance(90 * time.Minute)
		s.latency(30 * time.Minute)
	}},
	{"says which queues are paused, also one without jobs", hasPause, func(s *stage) {
		s.addTo("a", "a1")
		s.ok(s.Pause(s.Context(), []string{"a", "b"}, true))
		for _, name := range []string{"a", "b"} {
			if q := s.queue(name); !q.Paused {
				s.Fatalf("queue %s is not paused: %+v", name, s.stats())
			}
		}
		s.ok(s.Pause(s.Context(), []string{"a", "b"}, false))
		if s.queue("a").Paused || s.queue("b").Paused {
			s.Fatalf("still paused: %+v", s.stats())
		}
	}},
}

func (s *stage) stats() store.Stats {
	s.Helper()
	got, err := s.Stats(s.Context())
	s.ok(err)
	return got
}

// queue are one queue's counts; a queue that is not listed has none.
func (s *stage) queue(name string) store.QueueStats {
	s.Helper()
	for _, q := range s.stats().Queues {
		if q.Name == name {
			return q
		}
	}
	return store.QueueStats{Name: name}
}

func (s *stage) count(queue string, state store.State, want int) {
	s.Helper()
	if got := s.queue(queue).Counts[state]; got != want {
		s.Fatalf("queue %s has %d jobs %s, want %d", queue, got, state, want)
	}
}

func (s *stage) latency(want time.Duration) {
	s.Helper()
	s.near("latency", s.queue(store.DefaultQueue).Latency, want)
}
