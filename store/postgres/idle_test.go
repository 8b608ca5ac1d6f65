package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/store"
)

// impatient is the address of a guest whose sessions the server ends, and a session that
// tells when they are all gone.
func impatient(t *testing.T, g *ground, setting string) (dsn string, gone func()) {
	t.Helper()
	role, dsn := guest(t, g)
	g.exec(t, grantUse(g.schema, role)+"; ALTER ROLE "+role+" SET "+setting)
	admin := connect(t, g.dsn)
	return dsn, func() {
		t.Helper()
		eventually(t, "has the server ended all sessions", func() bool {
			var n int
			err := admin.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", role).Scan(&n)
			return err == nil && n == 0
		})
	}
}

// TestSessionsThatTheServerEndsWhileTheyAreIdleAreNoErrorOfTheNextCall: idle_session_timeout
// ends those of a pool between two calls.
func TestSessionsThatTheServerEndsWhileTheyAreIdleAreNoErrorOfTheNextCall(t *testing.T) {
	g := sharedGrounds(t).take(t)
	dsn, gone := impatient(t, g, "idle_session_timeout = '300ms'")
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var held []store.Record
	n := uint64(0)
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"beat", func() error {
			n++
			return second(s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: n}}))
		}},
		{"enqueue", func() error { return second(s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})) }},
		{"claim", func() error {
			r, err := s.Claim(t.Context(), request("w", 1))
			held = r.Jobs
			return err
		}},
		{"commit", func() error {
			ctx := store.WithHeld(t.Context(), store.NewHeld("w", claimOf(held[0])))
			return s.Commit(ctx, func(tx pgx.Tx) error { return s.EnqueueTx(ctx, tx, store.Job{ID: "b", Kind: "new"}) })
		}},
		{"database/sql", func() error { return s.SQL().DB().PingContext(t.Context()) }},
		{"fail", func() error {
			return second(s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.Fail)}))
		}},
		{"release", func() error {
			return second(s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1}))
		}},
		{"list", func() error { return second(s.List(t.Context(), store.ListRequest{})) }},
	} {
		fill(t, s.pool, 3)
		fill(t, s.app, 3)
		gone()
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	the(t, s, "a", "b")
}

// TestAListenerWhoseSessionTheServerEndsHearsWhatComesLater.
func TestAListenerWhoseSessionTheServerEndsHearsWhatComesLater(t *testing.T) {
	g := sharedGrounds(t).take(t)
	dsn, _ := impatient(t, g, "idle_session_timeout = '500ms'")
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := listen(t, s)
	e.hears(t, "its beginning anew, behind the end of its session")
	addNamed(t, s, "a")
	e.hears(t, "an enqueue, or its beginning anew")
}

// TestATransactionThatTheServerEndsWhileItIsIdleBringsNothing, and its lock goes with it.
func TestATransactionThatTheServerEndsWhileItIsIdleBringsNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		g := sharedGrounds(t).take(t)
		dsn, _ := impatient(t, g, "idle_in_transaction_session_timeout = '200ms'")
		s, err := Open(t.Context(), dsn, Options{Schema: g.schema, IdleInTransaction: -1})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		add(t, s, 1)
		tx := w.begin(t, s, "")
		job := store.Job{ID: "a", Kind: "k", Unique: "u"}
		if err := tx.enqueue(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		// It waits for the key, until the server ends the transaction.
		got, err := s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k", Unique: "u"}})
		if err != nil || got[0].What != store.Added {
			t.Errorf("%v, %v", got, err)
		}
		if err := tx.commit(); err == nil || errors.Is(err, store.ErrUnsure) {
			t.Errorf("the commit answers %v", err)
		}
		if got := states(t, s); got["a"] != "" || got["b"] != store.Ready {
			t.Errorf("there are %v", got)
		}
	})
}
