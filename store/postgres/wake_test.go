package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestWakesReachSchemasWithNamesOfAnyLength: a channel's name has no more bytes than a
// schema's, and says more.
func TestWakesReachSchemasWithNamesOfAnyLength(t *testing.T) {
	dsn := freshDSN(t)
	for _, n := range []int{1, 55, 56, 57, 63} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			names := []string{"a", "b"}
			var stores []*Store
			for _, name := range names { // they differ in their last letter
				g := &ground{dsn: dsn, schema: strings.Repeat("x", n-1) + name}
				stores = append(stores, g.open(t, Options{}))
			}
			e := listen(t, stores[0])
			if _, err := stores[1].Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k"}}); err != nil {
				t.Fatal(err)
			}
			e.quiet(t, 200*time.Millisecond)
			if _, err := stores[0].Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}}); err != nil {
				t.Fatal(err)
			}
			e.hears(t, "an enqueue")
		})
	}
}

// TestATransactionThatTheServerDoesNotKnowHoldsUpNoOthers: after a failover to a replica
// that was behind there are numbers that are yet to come.
func TestATransactionThatTheServerDoesNotKnowHoldsUpNoOthers(t *testing.T) {
	s, _ := openTemp(t, Options{})
	e := listen(t, s)
	s.bell.await("99999999999", []string{"lost"})
	tx := mustBegin(t, s)
	err := errors.Join(s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k"}), tx.Commit(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	e.hears(t, "a commit")
	if n := s.bell.awaited(); n != 1 {
		t.Errorf("%d transactions are asked after, want the one that is yet to come", n)
	}
}

// TestWhoListensThroughTheStoreThatEnqueuesIsToldOnceAndWithoutTheServer.
func TestWhoListensThroughTheStoreThatEnqueuesIsToldOnceAndWithoutTheServer(t *testing.T) {
	s, g := openTemp(t, Options{})
	through := func(ctx context.Context, wake func()) error { return s.Listen(ctx, []string{"mail"}, wake) }
	e, afar := hearing(t, through), listen(t, s, "mail")
	enqueue := func(s *Store, id, queue string) {
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k", Queue: queue}}); err != nil {
			t.Fatal(err)
		}
	}
	enqueue(s, "a", "mail")
	e.hears(t, "an enqueue")
	afar.hears(t, "the same, by the server")
	e.quiet(t, 200*time.Millisecond)
	enqueue(s, "other", "other")
	e.quiet(t, 50*time.Millisecond)
	enqueue(g.open(t, Options{}), "b", "mail")
	e.hears(t, "an enqueue through another store")
	s.bell.quit()
	<-s.bell.ended
	enqueue(s, "c", "mail")
	e.hears(t, "an enqueue of which the server says nothing")
}

// An ear is one who listens to a store.
type ear struct{ woken chan struct{} }

// listen listens to a store as another process would: until the test ends, and it has
// begun to.
func listen(t testing.TB, s *Store, queues ...string) *ear {
	t.Helper()
	return hearing(t, func(ctx context.Context, wake func()) error {
		return (&listening{store: s, queues: queues, wake: wake}).listen(ctx)
	})
}

func hearing(t testing.TB, listen func(ctx context.Context, wake func()) error) *ear {
	t.Helper()
	e := &ear{make(chan struct{}, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- listen(ctx, func() { e.woken <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("listen: %v", err)
		}
	})
	e.hears(t, "its own beginning")
	return e
}

// hears waits for one call.
func (e *ear) hears(t testing.TB, what string) {
	t.Helper()
	select {
	case <-e.woken:
	case <-time.After(20 * time.Second):
		t.Fatalf("it is not woken by %s", what)
	}
}

// quiet asserts that nothing is heard for a while.
func (e *ear) quiet(t testing.TB, d time.Duration) {
	t.Helper()
	select {
	case <-e.woken:
		t.Errorf("it is woken within %v", d)
	case <-time.After(d):
	}
}
