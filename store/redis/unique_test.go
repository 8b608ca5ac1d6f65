package redis

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestAUniqueKeyIsKeptOnWhileItsJobWaitsAgain: else another came in beside it.
func TestAUniqueKeyIsKeptOnWhileItsJobWaitsAgain(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{UniqueFor: time.Hour})
	w := worker(t, s)
	for _, o := range []store.Outcome{{Verb: store.Fail, Delay: 2 * time.Hour}, {Verb: store.Fail}, {Verb: store.Snooze, Delay: 30 * 24 * time.Hour}, {Verb: store.HandOver}, {Verb: store.HandOver, Back: true}, {Verb: ""}} {
		key := s.keys.unique("u")
		enqueue(t, s, store.Job{ID: store.NewID(), Kind: "GoJob", Unique: "u"})
		redistest.Ask[int64](t, db, "PEXPIRE", key, 60_000)
		job := w.claim("GoJob")
		o.Claim = held(job)
		if o.Verb != "" {
			w.settle(o)
		} else if _, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, MaxDeaths: 3}); err != nil {
			t.Fatal(err)
		}
		left := time.Duration(redistest.Ask[int64](t, db, "PTTL", key)) * time.Millisecond
		if want := time.Hour + o.Delay; (left - want).Abs() > time.Minute {
			t.Errorf("%q with a delay of %v: the key is kept for %v, want %v", o.Verb, o.Delay, left, want)
		}
		redistest.Ask[string](t, db, "FLUSHDB")
		w.beat()
	}
}

// TestAUniqueKeyIsKeptOnFromEachClaim, whatever characters it has.
func TestAUniqueKeyIsKeptOnFromEachClaim(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for _, name := range []string{"u", `say "u" \ twice`, "ü"} {
		key := s.keys.unique(name)
		enqueue(t, s, store.Job{ID: store.NewID(), Kind: "GoJob", Unique: name})
		redistest.Ask[int64](t, db, "PEXPIRE", key, 60_000)
		w.claim("GoJob")
		if left := redistest.Ask[int64](t, db, "TTL", key); left < 6*24*3600 {
			t.Errorf("%s is kept for %d s", name, left)
		}
	}
}
