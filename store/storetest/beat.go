package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var beatPromises = []promise{
	{"an unknown worker becomes known, with all it says of itself", nil, func(s *stage) {
		said := store.Worker{
			Name: "host:4711:abc", Beat: 17, State: store.Quiet, Slots: 5, Busy: 3,
			Queues: []string{"a", "b"}, Kinds: []string{"k1", "k2"}, Version: "v1.2.3", Tag: "blue", Stuck: []string{"j1"},
			Process: store.Process{Host: "host", PID: 4711, Boot: "boot", Space: "pid:[1]", Start: 1 << 40},
		}
		reply, err := s.Beat(s.Context(), store.BeatRequest{Worker: said})
		s.ok(err)
		if reply.Stale || len(reply.Lost)+len(reply.Cancelled)+len(reply.Orders)+reply.Returned != 0 {
			s.Fatalf("answered %+v", reply)
		}
		got := s.workers()
		if len(got) != 1 || got[0].StartedAt.IsZero() || !got[0].BeatAt.Equal(got[0].StartedAt) {
			s.Fatalf("workers %+v", got)
		}
		got[0].StartedAt, got[0].BeatAt = time.Time{}, time.Time{}
		if fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", said) {
			s.Fatalf("stored %+v, said %+v", got[0], said)
		}
	}},
	{"a later beat stores all anew and keeps the start", nil, func(s *stage) {
		s.beatAs(store.Worker{Name: "w", State: store.Working, Slots: 5, Tag: "old", Queues: []string{"a"}})
		s.sub.Advance(time.Hour)
		s.beatAs(store.Worker{Name: "w", State: store.Leaving, Stuck: []string{"j"}})
		w := s.workers()[0]
		if w.Beat != 2 || w.State != store.Leaving || w.Slots != 0 || w.Tag != "" || len(w.Queues) != 0 || len(w.Stuck) != 1 {
			s.Fatalf("stored %+v", w)
		}
		s.near("beat after start", w.BeatAt.Sub(w.StartedAt), time.Hour)
	}},
	{"a beat whose number is not above the stored one is Stale and changes nothing", nil, beatStale},
	{"a stale beat is none of those that put claims back", nil, func(s *stage) {
		s.one("w", "a")
		s.beat("w")
		for range 3 {
			_, err := s.Beat(s.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: s.beats["w"]}})
			s.ok(err)
		}
		s.in("a", store.Running)
		s.beat("w")
		s.in("a", store.Ready)
	}},
	{"numbers may jump", nil, func(s *stage) {
		s.beats["w"] = 100
		s.beat("w")
		c := s.one("w", "a")
		s.beats["w"] = 1000
		s.beat("w", c)
		s.beats["w"] = 1 << 40
		s.beat("w", c)
		s.in("a", store.Running)
		s.beat("w")
		s.in("a", store.Ready)
	}},
	{"claims that are held are not lost", nil, func(s *stage) {
		s.add(jobs("a", "b")...)
		if r := s.beat("w", claimsOf(s.claimIDs("w", 2, "a", "b"))...); len(r.Lost)+len(r.Cancelled)+r.Returned != 0 {
			s.Fatalf("answered %+v", r)
		}
	}},
	{"lists the named claims that are lost", nil, func(s *stage) {
		s.add(jobs("held", "settled", "again", "taken")...)
		got := claimsOf(s.claimIDs("w", 4, "held", "settled", "again", "taken"))
		s.end("w", got[1], store.Finish)
		s.end("w", got[2], store.HandOver)
		fresh := of(s.claimIDs("w", 1, "again")[0])
		s.end("w", got[3], store.HandOver)
		s.claimIDs("v", 1, "taken")
		none := store.Claim{ID: "none", Token: 5}
		r := s.beat("w", got[0], got[1], got[2], got[3], fresh, none)
		s.sameClaims(r.Lost, got[1], got[2], got[3], none)
		if r.Returned != 0 {
			s.Fatalf("%d claims went back", r.Returned)
		}
	}},
	{"claims of a released worker are lost", nil, func(s *stage) {
		c := s.one("w", "a")
		s.die("w", 0)
		s.sameClaims(s.beat("w", c).Lost, c)
	}},
	{"an unnamed claim goes back with the second beat after it and not before", nil, func(s *stage) {
		s.one("w", "a")
		if r := s.beat("w"); r.Returned != 0 {
			s.Fatalf("the first beat put %d back", r.Returned)
		}
		s.in("a", store.Running)
		if r := s.beat("w"); r.Returned != 1 {
			s.Fatalf("the second beat put %d back", r.Returned)
		}
		s.released(s.in("a", store.Ready))
	}},
	{"an unnamed claim goes back to its old place", hasOrder, func(s *stage) {
		s.add(jobs("a", "b", "c")...)
		s.claimIDs("w", 2, "a", "b")
		s.sub.Advance(time.Minute)
		s.beat("w")
		s.beat("w")
		s.end("v", of(s.claimIDs("v", 3, "a", "b", "c")[2]), store.HandOver)
		s.beat("v")
		s.beat("v")
		s.claimIDs("w", 3, "c", "a", "b")
	}},
	{"an unnamed claim counts as nothing", nil, func(s *stage) {
		s.one("w", "a")
		s.beat("w")
		s.beat("w")
		r := s.in("a", store.Ready)
		s.counts(r, 0, 0, 0, 0)
		if len(r.Journal) != 0 {
			s.Fatalf("the journal is %+v", r.Journal)
		}
	}},
	{"a named claim stays however many beats come", nil, func(s *stage) {
		c := s.one("w", "a")
		for range 5 {
			if r := s.beat("w", c); r.Returned != 0 || len(r.Lost) != 0 {
				s.Fatalf("answered %+v", r)
			}
		}
		s.in("a", store.Running)
	}},
	{"a claim made after the last beat stays though it is not named", nil, func(s *stage) {
		old := s.one("w", "old")
		s.beat("w", old)
		s.beat("w", old)
		s.one("w", "new")
		if r := s.beat("w", old); r.Returned != 0 {
			s.Fatalf("%d went back", r.Returned)
		}
		s.in("new", store.Running)
	}},
	{"a claim named under another token is not named", nil, func(s *stage) {
		c := s.one("w", "a")
		c.Token++
		s.beat("w", c)
		s.sameClaims(s.beat("w", c).Lost, c)
		s.in("a", store.Ready)
	}},
	{"claims of other workers are not touched", nil, func(s *stage) {
		s.one("v", "a")
		for range 4 {
			s.beat("w")
		}
		s.in("a", store.Running)
	}},
	{"a beat survives a worker that holds a thousand claims", nil, func(s *stage) {
		many := make([]store.Job, 1000)
		for i := range many {
			many[i] = job(fmt.Sprintf("j%d", i))
		}
		s.add(many...)
		cs := claimsOf(s.claim("w", len(many)))
		for range 3 {
			if r := s.beat("w", cs...); r.Returned != 0 || len(r.Lost) != 0 {
				s.Fatalf("%d returned, %d lost", r.Returned, len(r.Lost))
			}
		}
		if r := s.beat("w", cs[:400]...); r.Returned != 600 {
			s.Fatalf("%d returned, want 600", r.Returned)
		}
	}},
	{"Workers come in name order, by pages", nil, func(s *stage) {
		for _, n := range []string{"c", "a", "e", "b", "d"} {
			s.beat(n)
		}
		s.workerNames(store.WorkersRequest{}, "a", "b", "c", "d", "e")
		s.workerNames(store.WorkersRequest{Limit: 2}, "a", "b")
		s.workerNames(store.WorkersRequest{After: "b", Limit: 2}, "c", "d")
		s.workerNames(store.WorkersRequest{After: "bb"}, "c", "d", "e")
		s.workerNames(store.WorkersRequest{After: "e"})
		s.workerNames(store.WorkersRequest{Limit: 99}, "a", "b", "c", "d", "e")
	}},
}

func beatStale(s *stage) {
	c := s.one("w", "a")
	s.beat("w", c)
	s.beatAs(store.Worker{Name: "w", State: store.Stopping, Tag: "newest"}, c)
	before := fmt.Sprintf("%+v", s.workers())
	s.sub.Advance(time.Minute)
	for _, number := range []uint64{s.beats["w"], s.beats["w"] - 1, 0} {
		r, err := s.Beat(s.Context(), store.BeatRequest{
			Worker: store.Worker{Name: "w", Beat: number, State: store.Working, Tag: "late"}, OrdersSeen: 1 << 40,
		})
		s.ok(err)
		if !r.Stale || len(r.Lost)+len(r.Cancelled)+len(r.Orders)+r.Returned != 0 {
			s.Fatalf("beat %d answered %+v", number, r)
		}
	}
	if after := fmt.Sprintf("%+v", s.workers()); after != before {
		s.Fatalf("a stale beat changed the worker to %s from %s", after, before)
	}
	s.in("a", store.Running)
}

// workers are all known workers.
func (s *stage) workers() []store.Worker {
	s.Helper()
	ws, err := s.Workers(s.Context(), store.WorkersRequest{})
	s.ok(err)
	return ws
}

// workerNames asserts one page of workers.
func (s *stage) workerNames(req store.WorkersRequest, want ...string) {
	s.Helper()
	ws, err := s.Workers(s.Context(), req)
	s.ok(err)
	var got []string
	for _, w := range ws {
		got = append(got, w.Name)
	}
	if !slices.Equal(got, want) {
		s.Fatalf("workers %q, want %q", got, want)
	}
}

// sameClaims asserts that these are the claims, in any order.
func (s *stage) sameClaims(got []store.Claim, want ...store.Claim) {
	s.Helper()
	sorted := func(cs []store.Claim) []string {
		var keys []string
		for _, c := range cs {
			keys = append(keys, c.ID+" "+c.Token.String())
		}
		slices.Sort(keys)
		return keys
	}
	if !slices.Equal(sorted(got), sorted(want)) {
		s.Fatalf("claims %v, want %v", got, want)
	}
}

var orderPromises = []promise{
	{"an order reaches its worker with the next beat, and nobody else", hasSignal, func(s *stage) {
		s.beat("v")
		s.beat("w")
		s.signal(1, store.OrderQuiet, "w")
		if r := s.beat("v"); len(r.Orders) != 0 {
			s.Fatalf("v got %v", r.Orders)
		}
		s.orders(s.beat("w"), store.OrderQuiet)
	}},
	{"orders are brought again until a beat confirms them", hasSignal, func(s *stage) {
		s.beat("w")
		s.signal(1, store.OrderQuiet, "w")
		s.signal(1, store.OrderDump, "w")
		first := s.orders(s.beat("w"), store.OrderQuiet, store.OrderDump)
		s.orders(s.beat("w"), store.OrderQuiet, store.OrderDump)
		s.orders(s.beatSeen("w", first[0].N), store.OrderDump)
		s.signal(1, store.OrderStop, "w")
		s.orders(s.beatSeen("w", first[0].N), store.OrderDump, store.OrderStop)
		last := s.orders(s.beatSeen("w", first[1].N), store.OrderStop)
		s.orders(s.beatSeen("w", last[0].N))
	}},
	{"the numbers of orders rise", hasSignal, func(s *stage) {
		s.beat("w")
		for range 3 {
			s.signal(1, store.OrderQuiet, "w")
		}
		os := s.orders(s.beat("w"), store.OrderQuiet, store.OrderQuiet, store.OrderQuiet)
		if os[0].N == 0 || os[0].N >= os[1].N || os[1].N >= os[2].N {
			s.Fatalf("orders %v", os)
		}
	}},
	{"the numbers of orders rise across a release", hasSignal, func(s *stage) {
		s.beat("w")
		s.signal(1, store.OrderQuiet, "w")
		s.signal(1, store.OrderResume, "w")
		seen := s.orders(s.beat("w"), store.OrderQuiet, store.OrderResume)[1].N
		s.beatSeen("w", seen)
		s.die("w", 0)
		s.orders(s.beatSeen("w", seen))
		s.signal(1, store.OrderStop, "w")
		s.orders(s.beatSeen("w", seen), store.OrderStop)
	}},
	{"Signal answers how many workers are known", hasSignal, func(s *stage) {
		s.beat("v")
		s.beat("w")
		s.signal(2, store.OrderStop, "v", "none", "w")
		s.signal(0, store.OrderStop, "none")
		s.signal(0, store.OrderStop)
		s.orders(s.beat("v"), store.OrderStop)
	}},
	{"a stale beat confirms no order", hasSignal, func(s *stage) {
		s.beat("w")
		s.signal(1, store.OrderStop, "w")
		n := s.orders(s.beat("w"), store.OrderStop)[0].N
		_, err := s.Beat(s.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 1}, OrdersSeen: n})
		s.ok(err)
		s.orders(s.beat("w"), store.OrderStop)
	}},
}

// signal gives an order and asserts how many got it.
func (s *stage) signal(want int, what store.OrderKind, workers ...string) {
	s.Helper()
	n, err := s.Signal(s.Context(), workers, what)
	s.ok(err)
	if n != want {
		s.Fatalf("Signal reached %d workers, want %d", n, want)
	}
}

// beatSeen beats and confirms orders.
func (s *stage) beatSeen(worker string, seen uint64) store.BeatReply {
	s.Helper()
	s.beats[worker]++
	r, err := s.Beat(s.Context(), store.BeatRequest{
		Worker: store.Worker{Name: worker, Beat: s.beats[worker], State: store.Working}, OrdersSeen: seen,
	})
	s.ok(err)
	return r
}

// orders asserts which orders a beat brought.
func (s *stage) orders(r store.BeatReply, want ...store.OrderKind) []store.Order {
	s.Helper()
	var got []store.OrderKind
	for _, o := range r.Orders {
		got = append(got, o.What)
	}
	if !slices.Equal(got, want) {
		s.Fatalf("orders %v, want %v", got, want)
	}
	return r.Orders
}
