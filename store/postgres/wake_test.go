package postgres

import (
	"context"
	"testing"
	"time"
)

// An ear is one who listens to a store.
type ear struct{ woken chan struct{} }

// listen listens until the test ends, and has begun to.
func listen(t testing.TB, s *Store, queues ...string) *ear {
	t.Helper()
	e := &ear{make(chan struct{}, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Listen(ctx, queues, func() { e.woken <- struct{}{} }) }()
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
