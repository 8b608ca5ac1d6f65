package postgres

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestCallersThatWaitForAnOpenTransactionLeaveConnectionsToBeats, to claims and to other
// callers, whether they wait for its key or for its id.
func TestCallersThatWaitForAnOpenTransactionLeaveConnectionsToBeats(t *testing.T) {
	for _, conns := range []int{2, 4, DefaultMaxConns} {
		for _, key := range []string{"u", ""} {
			t.Run(fmt.Sprintf("%d connections, key %q", conns, key), func(t *testing.T) {
				s, _ := openTemp(t, Options{MaxConns: conns})
				addNamed(t, s, "seed")
				beat(t, s, "w", 1)
				tx := mustBegin(t, s)
				if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k", Unique: key}); err != nil {
					t.Fatal(err)
				}
				job := func(i int) store.Job {
					if key == "" {
						return store.Job{ID: "a", Kind: "k"}
					}
					return store.Job{ID: fmt.Sprint("b", i), Kind: "k", Unique: key}
				}
				ctx, end := context.WithCancel(t.Context())
				var wait sync.WaitGroup
				for i := range 12 {
					wait.Go(func() { s.Enqueue(ctx, []store.Job{job(i)}) })
				}
				waitedFor(t, s)
				within(t, 3*time.Second, "a beat, a claim and an enqueue", func() {
					beat(t, s, "w", 2)
					claim(t, s, "w", 1)
					addNamed(t, s, "other")
				})
				end()
				wait.Wait()
				if err := tx.Rollback(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// waitedFor waits until those who may wait for long do.
func waitedFor(t *testing.T, s *Store) {
	t.Helper()
	eventually(t, "do they wait for long", func() bool { return len(s.patient) == cap(s.patient) })
}

func TestWhoWaitsForAnOpenTransactionGoesOnWhenItEnds(t *testing.T) {
	s, _ := openTemp(t, Options{})
	addNamed(t, s, "seed")
	tx := mustBegin(t, s)
	if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k", Unique: "u"}); err != nil {
		t.Fatal(err)
	}
	told := make(chan answer, 5)
	for i := range 5 {
		go func() {
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: fmt.Sprint("b", i), Kind: "k", Unique: "u"}})
			told <- answer{got, err}
		}()
	}
	waitedFor(t, s)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if a := <-told; a.err != nil || a.got[0] != (store.Enqueued{ID: "a", What: store.Duplicate}) {
			t.Errorf("a caller got %v, %v", a.got, a.err)
		}
	}
}

func TestNoStatementHasMoreBytesThanAMessageHasRoomFor(t *testing.T) {
	big := store.Job{Args: make([]byte, 20<<20)}
	small := store.Job{Args: make([]byte, 1<<10)}
	for _, c := range []struct {
		jobs []store.Job
		want int
	}{
		{[]store.Job{big, big, small}, 1}, {[]store.Job{small, big, big}, 2}, {[]store.Job{small, small}, 2},
		{make([]store.Job, atOnce+1), atOnce}, {[]store.Job{{Args: make([]byte, 40<<20)}, small}, 1},
	} {
		if got := oneStatement(c.jobs); got != c.want {
			t.Errorf("one statement adds %d of %d jobs, want %d", got, len(c.jobs), c.want)
		}
	}
}
