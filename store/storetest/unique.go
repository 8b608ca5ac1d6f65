package storetest

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var uniquePromises = []promise{
	{"a key that is held makes a Duplicate that names the holder", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.heldBy("a")
		s.gone("probe")
		s.add(keyed("b", "other"), job("c"), job("d"))
	}},
	{"a Duplicate keeps the others of its call in", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		got := s.enqueue(job("b"), keyed("c", "key"), job("d"))
		if got[0].What != store.Added || got[1] != (store.Enqueued{ID: "a", What: store.Duplicate}) || got[2].What != store.Added {
			s.Fatalf("answered %v", got)
		}
	}},
	{"the same key twice in one call is decided in order", hasUnique, func(s *stage) {
		got := s.enqueue(keyed("a", "key"), keyed("b", "key"))
		if got[0].What != store.Added || got[1] != (store.Enqueued{ID: "a", What: store.Duplicate}) {
			s.Fatalf("answered %v", got)
		}
	}},
	{"an id that is Known is not judged by its key", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.becomes(store.Known, keyed("a", "key"))
	}},
	{"a Duplicate uses up its tick", all(hasUnique, hasTick), func(s *stage) {
		s.add(keyed("a", "key"))
		next := tick("b", "hourly", 100)
		next.Unique = "key"
		s.becomes(store.Duplicate, next)
		next.Unique = ""
		s.becomes(store.Passed, next)
		s.becomes(store.Added, tick("c", "hourly", 101))
	}},
	{"a Duplicate whose tick has passed moves no tick back", all(hasUnique, hasTick), func(s *stage) {
		s.add(keyed("a", "key"), tick("t", "hourly", 100))
		late := tick("b", "hourly", 99)
		late.Unique = "key"
		s.becomes(store.Duplicate, late)
		s.becomes(store.Passed, tick("c", "hourly", 100))
	}},
	{"a tick that passed does not take its key", all(hasUnique, hasTick), func(s *stage) {
		s.add(tick("a", "hourly", 100))
		late := tick("b", "hourly", 100)
		late.Unique = "key"
		s.becomes(store.Passed, late)
		s.becomes(store.Added, keyed("c", "key"))
	}},
	{"a key is held while the job is scheduled, ready, running and retry", hasUnique, func(s *stage) {
		later := keyed("a", "key")
		later.Delay = time.Hour
		s.add(later)
		s.heldBy("a")
		s.sub.Advance(2 * time.Hour)
		s.in("a", store.Ready)
		s.heldBy("a")
		c := of(s.claimIDs("w", 1, "a")[0])
		s.heldBy("a")
		s.apply("w", store.Outcome{Claim: c, Verb: store.Fail, Delay: time.Hour})
		s.in("a", store.Retry)
		s.heldBy("a")
	}},
	{"a key is kept by Snooze, HandOver, Return and Release", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		for _, verb := range []store.Verb{store.Snooze, store.HandOver, store.Return} {
			s.end("w", of(s.claimIDs("w", 1, "a")[0]), verb)
			s.heldBy("a")
		}
		s.claimIDs("w", 1, "a")
		s.die("w", 0)
		s.heldBy("a")
	}},
	{"Finish frees the key", hasUnique, freedBy(store.Finish)},
	{"Bury frees the key", hasUnique, freedBy(store.Bury)},
	{"Cancel frees the key", hasUnique, freedBy(store.Cancel)},
	{"Finish frees the key of a job that is kept", all(hasUnique, hasKeep), func(s *stage) {
		kept := keyed("a", "key")
		kept.Keep = time.Hour
		s.add(kept)
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Finish)
		s.in("a", store.Done)
		s.free()
	}},
	{"Move to dead frees the key", hasUnique, freedByMove(store.Dead)},
	{"Move to cancelled frees the key", hasUnique, freedByMove(store.Cancelled)},
	{"Move to deleted frees the key", hasUnique, freedByMove(store.Deleted)},
	{"a release that makes the job dead frees the key", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.claimIDs("w", 1, "a")
		s.die("w", 1)
		s.in("a", store.Dead)
		s.free()
	}},
	{"a release that makes the job cancelled frees the key", all(hasUnique, hasCancel), func(s *stage) {
		s.add(keyed("a", "key"))
		s.claimIDs("w", 1, "a")
		s.move(1, store.Cancelled, store.Filter{IDs: []string{"a"}})
		s.heldBy("a")
		s.die("w", 0)
		s.in("a", store.Cancelled)
		s.free()
	}},
	{"a hand-over that makes the job cancelled frees the key", all(hasUnique, hasCancel), func(s *stage) {
		s.add(keyed("a", "key"))
		c := of(s.claimIDs("w", 1, "a")[0])
		s.move(1, store.Cancelled, store.Filter{IDs: []string{"a"}})
		s.end("w", c, store.HandOver)
		s.free()
	}},
	{"deleting an ended job leaves the key with its new holder", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.add(keyed("b", "key"))
		s.move(1, store.Deleted, store.Filter{IDs: []string{"a"}})
		s.heldBy("b")
	}},
	{"pruning an ended job leaves the key with its new holder", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.add(keyed("b", "key"))
		s.sub.Advance(2 * time.Hour)
		s.pruneAll(time.Hour)
		s.gone("a")
		s.heldBy("b")
	}},
	{"a successor may take the key that its job frees", all(hasUnique, hasThen), func(s *stage) {
		s.add(keyed("a", "key"))
		c := of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.Finish, Enqueue: []store.Job{keyed("b", "key")}})
		s.in("b", store.Ready)
		s.heldBy("b")
	}},
	{"a successor of a job that goes on may not take its key", all(hasUnique, hasThen), func(s *stage) {
		s.add(keyed("a", "key"))
		c := of(s.claimIDs("w", 1, "a")[0])
		s.apply("w", store.Outcome{Claim: c, Verb: store.Snooze, Enqueue: []store.Job{keyed("b", "key")}})
		s.gone("b")
		s.heldBy("a")
	}},
	{"Move to ready takes the key again", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.move(1, store.Ready, store.Filter{IDs: []string{"a"}})
		s.heldBy("a")
	}},
	{"Move to ready leaves the job where it is if another holds the key", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), store.Bury)
		s.add(keyed("b", "key"))
		s.move(0, store.Ready, store.Filter{IDs: []string{"a"}})
		if r := s.in("a", store.Dead); r.Attempts != 1 {
			s.Fatalf("attempts %d, want the 1 it had", r.Attempts)
		}
		s.heldBy("b")
	}},
	{"a key conflict holds up no other job of the Move", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"), job("c"))
		for _, r := range s.claimIDs("w", 2, "a", "c") {
			s.end("w", of(r), store.Bury)
		}
		s.add(keyed("b", "key"))
		s.move(1, store.Ready, store.Filter{States: []store.State{store.Dead}})
		s.in("a", store.Dead)
		s.in("c", store.Ready)
	}},
	{"keys are compared byte by byte", hasUnique, func(s *stage) {
		s.add(keyed("a", "key"), keyed("b", "KEY"), keyed("c", "kéy"), keyed("d", "key "), keyed("e", "𝔨ey"))
	}},
}

// keyed is a job with a unique key.
func keyed(id, key string) store.Job {
	j := job(id)
	j.Unique = key
	return j
}

// heldBy asserts who holds the key "key".
func (s *stage) heldBy(id string) {
	s.Helper()
	if got := s.enqueue(keyed("probe", "key"))[0]; got != (store.Enqueued{ID: id, What: store.Duplicate}) {
		s.Fatalf("a second holder of the key: %+v, want a duplicate of %s", got, id)
	}
}

// free asserts that the key "key" is free, and takes it.
func (s *stage) free() {
	s.Helper()
	s.becomes(store.Added, keyed("next", "key"))
}

// freedBy tests one end of a claim.
func freedBy(verb store.Verb) func(*stage) {
	return func(s *stage) {
		s.add(keyed("a", "key"))
		s.end("w", of(s.claimIDs("w", 1, "a")[0]), verb)
		s.free()
	}
}

// freedByMove tests one end by hand.
func freedByMove(to store.State) func(*stage) {
	return func(s *stage) {
		s.add(keyed("a", "key"))
		s.move(1, to, store.Filter{IDs: []string{"a"}})
		s.free()
	}
}

// raw is a JSON text.
func raw(text string) json.RawMessage { return json.RawMessage(text) }
