package postgres

import (
	"errors"
	"os"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// behindPooler is the address of a new database, and that by a pooler.
func behindPooler(t *testing.T, server *pgtest.Server) (direct, pooled string) {
	t.Helper()
	db := server.Database(t)
	return server.DSN(db), server.Pooler(t, 4).DSN(db)
}

// TestContractBehindAPooler has four connections of the server for all stores of a
// test, and each transaction by any of them. The random steps are few: it is not they
// that poolers make different.
func TestContractBehindAPooler(t *testing.T) {
	if os.Getenv("TASUKI_STORETEST_RUNS") == "" {
		t.Setenv("TASUKI_STORETEST_RUNS", "1")
	}
	direct, pooled := behindPooler(t, contractServer(t))
	contract(t, &grounds{dsn: direct, via: pooled}, Options{MaxConns: 4, Pooled: true, ListenDSN: direct})
}

func TestListenBehindAPoolerSaysThatItIsDeaf(t *testing.T) {
	_, pooled := behindPooler(t, pgtest.Shared(t))
	s, err := Open(t.Context(), pooled, Options{Pooled: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Listen(t.Context(), nil, func() { t.Error("it wakes") })
	hinted(t, err, "Options.ListenDSN", "Options.NoListen")
	if !errors.Is(err, store.ErrUnsupported) {
		t.Errorf("error %v, want ErrUnsupported", err)
	}
}

func TestCommitAndEnqueueTxWorkBehindAPooler(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		direct, pooled := behindPooler(t, pgtest.Shared(t))
		s, err := Open(t.Context(), pooled, Options{Pooled: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		g := &ground{dsn: direct, schema: DefaultSchema}
		g.exec(t, "CREATE TABLE tasuki.effects (item text)")
		h := handlerOn(t, w, s, g)
		h.h.Take(point(`1`))
		err = h.commit(h.ctx, func(tx utx) error {
			return errors.Join(h.effect(tx), tx.enqueue(h.ctx, store.Job{ID: "next", Kind: "new", Unique: "u", Tags: []string{"t"}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		h.wantEffects(t, 1, "1")
		the(t, s, "job", "next")
	})
}

func TestManyAtOnceWorkBehindAPooler(t *testing.T) {
	_, pooled := behindPooler(t, pgtest.Shared(t))
	s, err := Open(t.Context(), pooled, Options{Pooled: true, MaxConns: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	doneOnce(t, s, 6, 120)
}
