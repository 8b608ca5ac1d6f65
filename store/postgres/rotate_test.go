package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// rotating is a pool of a guest whose password changes: it is asked for with each
// connection. next changes it.
func rotating(t *testing.T) (pool *pgxpool.Pool, next func()) {
	t.Helper()
	server := pgtest.Own(t, pgtest.Options{Access: []string{"host all guest 127.0.0.1/32 scram-sha-256"}})
	run(t, connect(t, server.DSN("postgres")), "CREATE ROLE guest LOGIN; GRANT CREATE ON DATABASE postgres TO guest")
	var password atomic.Int64
	next = func() {
		n := password.Add(1)
		run(t, connect(t, server.DSN("postgres")), fmt.Sprintf("ALTER ROLE guest PASSWORD '%d'", n))
	}
	next()
	config, err := pgxpool.ParseConfig(as(t, server.DSN("postgres"), "guest", "pool_max_conns=3"))
	if err != nil {
		t.Fatal(err)
	}
	config.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error {
		c.Password = fmt.Sprint(password.Load())
		return nil
	}
	if pool, err = pgxpool.NewWithConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool, next
}

// TestAPoolsPasswordThatChangesServesEveryConnection: also those that are none of the
// pool's, to migrate, to listen, and beside a transaction where all of the pool are used.
func TestAPoolsPasswordThatChangesServesEveryConnection(t *testing.T) {
	pool, next := rotating(t)
	s, err := New(t.Context(), pool, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	next()
	e := listen(t, s)
	addNamed(t, s, "a")
	e.hears(t, "an enqueue")

	tx := mustBegin(t, s)
	for range pool.Config().MaxConns - 1 {
		mustBegin(t, s)
	}
	next()
	conn, release := s.beside(t.Context())
	if conn == nil {
		t.Fatal("there is no connection beside the pool's")
	}
	release()
	if err := errors.Join(s.EnqueueTx(t.Context(), tx, store.Job{ID: "b", Kind: "new"}), tx.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	e.hears(t, "a commit")
}

// TestAPasswordThatIsNotToBeHadIsSaid: the error of who gives it out is not lost.
func TestAPasswordThatIsNotToBeHadIsSaid(t *testing.T) {
	g := sharedGrounds(t).take(t)
	config, err := pgxpool.ParseConfig(g.dsn)
	if err != nil {
		t.Fatal(err)
	}
	mine := errors.New("the vault is shut")
	shut := false
	config.BeforeConnect = func(context.Context, *pgx.ConnConfig) error {
		if shut {
			return mine
		}
		return nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := newStore(pools{pool, pool}, Options{Schema: g.schema})
	if err := s.inspect(t.Context()); err != nil { // it has a connection
		t.Fatal(err)
	}
	shut = true
	if err := s.prepare(t.Context()); !errors.Is(err, mine) {
		t.Errorf("migrating: %v", err)
	}
	if err := (&listening{store: s}).run(t.Context()); !errors.Is(err, mine) {
		t.Errorf("listening: %v", err)
	}
}
