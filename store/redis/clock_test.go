package redis

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// agree lets a store and its server agree on the time, and answers the store.
func agree(t *testing.T, db *redistest.DB) *Store {
	t.Helper()
	s := open(t, db)
	for _, id := range []string{"first", "second"} { // the first is told the time, the second has it
		enqueue(t, s, store.Job{ID: id, Kind: "k"})
	}
	if s.server.due() {
		t.Fatal("the server did not agree: the test would prove nothing")
	}
	return s
}

// wantNow enqueues a job and wants its times, and what is remembered of it, to be the server's.
func wantNow(t *testing.T, s, other *Store) {
	t.Helper()
	job := store.Job{ID: "late", Kind: "k"}
	enqueue(t, s, job)
	if again, err := other.Enqueue(t.Context(), []store.Job{job}); err != nil || again[0].What != store.Known {
		t.Errorf("sent again by another it is %v, %v; want it known", again, err)
	}
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{"late"}}})
	if err != nil || len(page.Jobs) != 1 {
		t.Fatalf("%d jobs, %v", len(page.Jobs), err)
	}
	if off := time.Since(page.Jobs[0].CreatedAt).Abs(); off > time.Minute {
		t.Errorf("its time is off by %v", off)
	}
}

func TestAnEnqueueHasTheServersTimeThoughThisSideBelievedAnother(t *testing.T) {
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			db := redistest.Shared(t).DB(t)
			s := agree(t, db)
			s.server.offset.Add(off.Microseconds())
			s.server.agreed.Add(-int64(checkEvery))
			s.last.Store(nil)
			wantNow(t, s, open(t, db))
		})
	}
}

func TestAMachineThatSleptAsksForTheTimeAtOnce(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := agree(t, db)
	// As behind an hour of sleep: what counts the time since stood still, the time of day did not.
	s.server.offset.Add(-time.Hour.Microseconds())
	s.span.Store(s.server.now() / idSpan.Microseconds())
	s.server.wall.Add(-time.Hour.Milliseconds())
	s.last.Store(nil)
	wantNow(t, s, open(t, db))
}
