package postgres

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// closes asserts that Close answers within a time, and answers its error.
func closes(t *testing.T, s *Store, within time.Duration) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.Close() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(within):
		t.Fatalf("Close still waits after %v", within)
		return nil
	}
}

// TestCloseSaysThatATransactionIsOpenAndLeavesItAlone: what it did is not undone, and its
// connection does not stay.
func TestCloseSaysThatATransactionIsOpenAndLeavesItAlone(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		g := sharedGrounds(t).take(t)
		s := g.open(t, Options{})
		s.closing = 100 * time.Millisecond
		tx := w.begin(t, s, "")
		if err := tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		hinted(t, closes(t, s, 20*time.Second), "close: ", "1 connections are still in use", "end transactions")
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k"}}); err == nil {
			t.Error("a closed store enqueues")
		}
		if err := tx.enqueue(t.Context(), store.Job{ID: "c", Kind: "k"}); err != nil {
			t.Error(err)
		}
		if err := tx.commit(); err != nil {
			t.Fatal(err)
		}
		the(t, g.open(t, Options{}), "a", "c")
		eventually(t, "is the last connection closed", func() bool { return s.app.Stat().TotalConns() == 0 })
		if err := s.Close(); err != nil {
			t.Errorf("a second Close: %v", err)
		}
	})
}

// TestCloseLetsACommitUnderWayEnd, and waits for that.
func TestCloseLetsACommitUnderWayEnd(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		inside, leave, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- h.commit(h.ctx, func(tx utx) error {
				err := h.effect(tx)
				close(inside)
				<-leave
				return err
			})
		}()
		<-inside
		closed := make(chan error, 1)
		go func() { closed <- h.Close() }()
		eventually(t, "does the store give out no connection", func() bool {
			_, err := h.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k"}})
			return err != nil
		})
		select {
		case err := <-closed:
			t.Errorf("Close did not wait: %v", err)
			closed <- err
		default:
		}
		close(leave)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		h.wantEffects(t, 1, "1")
	})
}

// TestCloseWaitsForNothingOnAPoolOfTheApplications, neither one that New was given nor
// another on which EnqueueTx runs.
func TestCloseWaitsForNothingOnAPoolOfTheApplications(t *testing.T) {
	for _, whose := range []string{"given to New", "beside the store"} {
		t.Run(whose, func(t *testing.T) {
			g := sharedGrounds(t).take(t)
			pool := poolOf(t, g.dsn)
			s, err := New(t.Context(), pool, Options{Schema: g.schema})
			if whose == "beside the store" {
				s, err = Open(t.Context(), g.dsn, Options{Schema: g.schema})
			}
			if err != nil {
				t.Fatal(err)
			}
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background())
			if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k"}); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := closes(t, s, 20*time.Second); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > closePatience/2 {
				t.Errorf("Close took %v", took)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			the(t, g.open(t, Options{}), "a")
		})
	}
}

// TestCloseOfAServerThatStandsStillEnds.
func TestCloseOfAServerThatStandsStillEnds(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{})
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.closing = 100 * time.Millisecond
	fill(t, s.pool, 3)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := closes(t, s, 20*time.Second); err != nil {
		t.Error(err)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
}

// goroutines are those that run, by their numbers.
func goroutines() map[string]string {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	all := map[string]string{}
	for _, g := range bytes.Split(stacks, []byte("\n\n")) {
		number, _, _ := strings.Cut(string(g), " [")
		all[number] = string(g)
	}
	return all
}

// TestAClosedStoreLeavesNoGoroutine, whatever of it was used.
func TestAClosedStoreLeavesNoGoroutine(t *testing.T) {
	g := sharedGrounds(t).take(t)
	pool := poolOf(t, g.dsn)
	fill(t, pool, 1)
	own := func() (*Store, error) { return Open(t.Context(), g.dsn, Options{Schema: g.schema}) }
	theirs := func() (*Store, error) { return New(t.Context(), pool, Options{Schema: g.schema}) }
	for name, open := range map[string]func() (*Store, error){
		"own pool": own, "their pool": theirs, "asked for its *sql.DB after Close": own,
	} {
		t.Run(name, func(t *testing.T) {
			early := strings.HasSuffix(name, "pool")
			before := goroutines()
			s, err := open()
			if err != nil {
				t.Fatal(err)
			}
			if early {
				if err := s.SQL().DB().PingContext(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			ctx, stop := context.WithCancel(t.Context())
			listened, woken := make(chan error, 1), make(chan struct{}, 100)
			go func() { listened <- s.Listen(ctx, nil, func() { woken <- struct{}{} }) }()
			<-woken
			beat(t, s, "w", 1)
			stop()
			if err := <-listened; err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if err := s.SQL().DB().PingContext(t.Context()); err == nil {
				t.Error("the *sql.DB of a closed store works")
			}
			var left string
			defer func() {
				if t.Failed() {
					t.Log(left)
				}
			}()
			eventually(t, "are all goroutines gone", func() bool {
				left = ""
				for number, stack := range goroutines() {
					if before[number] == "" {
						left += stack + "\n\n"
					}
				}
				return left == ""
			})
		})
	}
}
