package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestAWorkerFrozenInACommitHoldsUpOnlyTheJobOfIt has a worker whose machine stands
// still in the middle of a Commit: its connection is alive and its transaction open.
func TestAWorkerFrozenInACommitHoldsUpOnlyTheJobOfIt(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		g := sharedGrounds(t).take(t)
		g.exec(t, "CREATE TABLE tasuki.effects (item text)")
		const idle = 500 * time.Millisecond
		h := handlerOn(t, w, g.open(t, Options{IdleInTransaction: idle}), g)
		h.h.Take(point(`1`))
		addNamed(t, h.Store, "b", "c")
		claim(t, h.Store, "w", 2)

		frozen, thaw, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- h.commit(h.ctx, func(tx utx) error {
				err := h.effect(tx)
				close(frozen)
				<-thaw
				return err
			})
		}()
		<-frozen
		watcher := g.open(t, Options{})
		release := func() store.ReleaseReply {
			r, err := watcher.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone"})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := release(); !r.Released || r.Left != 1 || len(r.Jobs) != 2 {
			t.Errorf("the first release: %+v, want two jobs and one left", r)
		}
		if got := states(t, watcher); got["b"] != store.Ready || got["c"] != store.Ready || got["job"] != store.Running {
			t.Errorf("states %v", got)
		}
		eventually(t, "is the frozen one released", func() bool { return release().Left == 0 })
		if r := release(); r.Released {
			t.Errorf("released once more: %+v", r)
		}
		close(thaw)
		if err := <-ended; err == nil {
			t.Error("the sleeper's Commit succeeded")
		}
		h.wantEffects(t, 0, "")
		beat(t, watcher, "v", 1)
		if got := claim(t, watcher, "v", 5); len(got) != 3 {
			t.Errorf("claimed %v, want all three", got)
		}
	})
}

// TestABeatIsNotHeldUpByACommit: the worker whose item takes long goes on to live, and
// what nobody names goes back but for the job of the Commit.
func TestABeatIsNotHeldUpByACommit(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		addNamed(t, h.Store, "b")
		claim(t, h.Store, "w", 1)
		err := h.commit(h.ctx, func(utx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for n := uint64(2); n < 5; n++ {
				r, err := h.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: "w", Beat: n}})
				if err != nil {
					return err
				}
				if want := map[bool]int{true: 1}[n == 3]; r.Returned != want {
					t.Errorf("beat %d: %d went back, want %d", n, r.Returned, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestOutcomesOfOthersAreNotHeldUpByACommit: a batch waits for nothing but its own jobs.
func TestOutcomesOfOthersAreNotHeldUpByACommit(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		addNamed(t, h.Store, "b", "c")
		others := claim(t, h.Store, "w", 2)
		err := h.commit(h.ctx, func(utx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for i, verb := range []store.Verb{store.Finish, store.Fail} {
				req := store.SettleRequest{Worker: "w", Batch: uint64(i) + 1, Outcomes: outcomes(others[i:i+1], verb)}
				if r, err := h.Settle(ctx, req); err != nil || whats(r.Results) != "applied" {
					t.Errorf("%s: %v, %v", verb, r, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestAMachineThatIsGoneFreesItsRows: sessions ask the server to end them when nobody
// answers any more.
func TestAMachineThatIsGoneFreesItsRows(t *testing.T) {
	s, _ := openTemp(t, Options{IdleInTransaction: 3 * time.Second})
	for setting, want := range map[string]string{
		"idle_in_transaction_session_timeout": "3s", "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2",
		"tcp_keepalives_count": "3", "tcp_user_timeout": "10000",
	} {
		var got string
		err := s.Pool().QueryRow(t.Context(), "SHOW "+setting, pgx.QueryExecModeExec).Scan(&got)
		if err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", setting, got, err, want)
		}
	}
}

// TestTheShortestIdleTimeIsNotForEver: the server counts milliseconds, and 0 is none.
func TestTheShortestIdleTimeIsNotForEver(t *testing.T) {
	o, err := Options{IdleInTransaction: 500 * time.Microsecond}.filled()
	if err != nil {
		t.Fatal(err)
	}
	config, err := pgxpool.ParseConfig(sharedGrounds(t).dsn)
	if err != nil {
		t.Fatal(err)
	}
	o.configure(config, false)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var got string
	if err := pool.QueryRow(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&got); err != nil || got != "1ms" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTheLongestIdleTimeIsTaken by the server as it is.
func TestTheLongestIdleTimeIsTaken(t *testing.T) {
	s, _ := openTemp(t, Options{IdleInTransaction: longestWait})
	var got string
	err := s.Pool().QueryRow(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&got)
	if err != nil || got != "2147483647ms" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTheApplicationsStatementsArePlannedAsUsual: what the store asks of its own
// sessions would make others slow.
func TestTheApplicationsStatementsArePlannedAsUsual(t *testing.T) {
	s, _ := openTemp(t, Options{})
	for name, want := range planning {
		var own, app string
		err := errors.Join(s.pool.QueryRow(t.Context(), "SHOW "+name).Scan(&own), s.Pool().QueryRow(t.Context(), "SHOW "+name).Scan(&app))
		if err != nil || own != want || app == want {
			t.Errorf("%s is %q for the store and %q for the application, %v; want %q and the server's", name, own, app, err, want)
		}
	}
}
