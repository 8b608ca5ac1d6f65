package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// still is a handler of a store whose Commits have little patience, and a server that
// can be made to stand still.
func still(t *testing.T, w way) (*handler, *pgtest.Server) {
	t.Helper()
	server := pgtest.Own(t, pgtest.Options{})
	g := &ground{dsn: server.DSN("postgres"), schema: "tasuki"}
	s := g.open(t, Options{})
	s.patience, s.closing = time.Second, time.Second
	t.Cleanup(func() { server.Resume() })
	g.exec(t, "CREATE TABLE tasuki.effects (item text)")
	h := handlerOn(t, w, s, g)
	h.h.Take(point(`1`))
	if err := s.SQL().DB().Ping(); err != nil { // its first connection is there
		t.Fatal(err)
	}
	return h, server
}

// answers is the error of a call that must not take long, whatever the server does.
func answers(t *testing.T, what string, do func() error) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- do() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(20 * time.Second):
		t.Fatalf("%s hangs", what)
		return nil
	}
}

func TestACommitThatCannotBeginEndsWithItsContext(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h, server := still(t, w)
		server.Pause()
		ctx, cancel := context.WithTimeout(h.ctx, time.Second)
		defer cancel()
		called := false
		err := answers(t, "it", func() error {
			return h.commit(ctx, func(utx) error { called = true; return nil })
		})
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrUnsure) || called {
			t.Errorf("error %v, called %v; want the context's", err, called)
		}
		server.Resume()
		if err := h.commit(h.ctx, h.effect); err != nil {
			t.Errorf("it cannot be done again: %v", err)
		}
		h.wantEffects(t, 1, "1")
	})
}

// TestACommitThatIsNotAnsweredIsUnsure once its patience has ended, and that of who
// asks what became of it.
func TestACommitThatIsNotAnsweredIsUnsure(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h, server := still(t, w)
		h.h.Take(nil) // COMMIT is the only statement
		err := answers(t, "it", func() error {
			return h.commit(h.ctx, func(tx utx) error { defer server.Pause(); return h.effect(tx) })
		})
		if !errors.Is(err, store.ErrUnsure) || errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want ErrUnsure", err)
		}
	})
}

// TestACommitThatIsAnsweredTooLateIsKnown: the server comes back while it is asked.
func TestACommitThatIsAnsweredTooLateIsKnown(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h, server := still(t, w)
		h.patience = 3 * time.Second
		h.h.Take(nil)
		err := answers(t, "it", func() error {
			return h.commit(h.ctx, func(tx utx) error {
				err := h.effect(tx)
				server.Pause()
				time.AfterFunc(4*time.Second, func() { server.Resume() })
				return err
			})
		})
		// What the server did with the COMMIT before it saw that nobody waits for it.
		h.wantEffects(t, map[bool]int{true: 1}[err == nil], "")
		if errors.Is(err, store.ErrUnsure) {
			t.Errorf("error %v, but the server could be asked", err)
		}
	})
}

func TestAHandlersErrorInCommitIsNotHeldUpByAServerThatStandsStill(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h, server := still(t, w)
		mine := errors.New("mine")
		err := answers(t, "it", func() error {
			return h.commit(h.ctx, func(tx utx) error { server.Pause(); return mine })
		})
		if !errors.Is(err, mine) {
			t.Errorf("error %v, want the handler's own", err)
		}
	})
}
