package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// narrow is a server with room for five connections of a guest, and that guest's
// address. The schema is there.
func narrow(t *testing.T) (server *pgtest.Server, dsn string) {
	t.Helper()
	server = pgtest.Own(t, pgtest.Options{Settings: map[string]string{"max_connections": "8", "superuser_reserved_connections": "3", "max_wal_senders": "0"}})
	if _, err := Migrate(t.Context(), server.DSN("postgres"), MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "CREATE ROLE guest LOGIN; "+grantUse("tasuki", "guest")); err != nil {
		t.Fatal(err)
	}
	return server, as(t, server.DSN("postgres"), "guest")
}

// crowd takes all connections that are left, and those of the store's own pool too if
// it is to have none. Who connects is let in by the server for certain only once those
// that left are gone, so it is asked several times.
func crowd(t *testing.T, dsn string, s *Store, leaveOwn bool) {
	t.Helper()
	full := 0
	eventually(t, "is all room used by others", func() bool {
		if !leaveOwn {
			s.pool.Reset()
		}
		conn, err := pgx.Connect(t.Context(), dsn)
		if err == nil {
			t.Cleanup(func() { conn.Close(context.Background()) })
			full = 0
			return false
		}
		if code(err) != codeNoRoom {
			t.Fatal(err)
		}
		full++
		return full > 20 && (leaveOwn || s.pool.Stat().TotalConns() == 0)
	})
}

// TestALaneThatIsNewInATransactionNeedsNoFurtherConnection: a server without room for
// one more is no reason to refuse the first job of a kind.
func TestALaneThatIsNewInATransactionNeedsNoFurtherConnection(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for name, leaveOwn := range map[string]bool{"the store has one": true, "the store has none": false} {
			t.Run(name, func(t *testing.T) {
				_, dsn := narrow(t)
				s, err := Open(t.Context(), dsn, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				tx := w.begin(t, s, "")
				fill(t, s.pool, 1)
				crowd(t, dsn, s, leaveOwn)
				if err := tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "new", Tags: []string{"t"}}, store.Job{ID: "b", Kind: "newer"}); err != nil {
					t.Fatal(err)
				}
				if err := tx.enqueue(t.Context(), store.Job{ID: "c", Kind: "newest"}); err != nil {
					t.Fatal(err)
				}
				admin := connect(t, as(t, dsn, "postgres"))
				count := func(table string) (n int) {
					if err := admin.QueryRow(t.Context(), "SELECT count(*) FROM tasuki."+table).Scan(&n); err != nil {
						t.Fatal(err)
					}
					return n
				}
				if n := count("lanes"); leaveOwn && n != 3 {
					t.Errorf("others see %d lanes before the commit, want 3: until then each would wait for its first job of the kind", n)
				}
				if err := tx.commit(); err != nil {
					t.Fatal(err)
				}
				if jobs := count("jobs JOIN tasuki.lanes USING (lane)"); jobs != 3 {
					t.Errorf("%d jobs are there, want 3", jobs)
				}
			})
		}
	})
}

// TestTransactionsThatUseUpThePoolGetTheirNewLanes: each waits for none of the others,
// also where the server has no room for more.
func TestTransactionsThatUseUpThePoolGetTheirNewLanes(t *testing.T) {
	for _, full := range []bool{false, true} {
		t.Run(fmt.Sprintf("server full %v", full), func(t *testing.T) {
			_, dsn := narrow(t)
			s, err := New(t.Context(), poolOf(t, as(t, dsn, "guest", "pool_max_conns=3")), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var all []pgx.Tx
			for range 3 {
				all = append(all, mustBegin(t, s))
			}
			if full {
				crowd(t, dsn, s, true)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var wg sync.WaitGroup
			for i, tx := range all {
				wg.Go(func() {
					job := store.Job{ID: fmt.Sprint("job", i), Kind: fmt.Sprint("kind", i)}
					if err := errors.Join(s.EnqueueTx(ctx, tx, job), tx.Commit(ctx)); err != nil {
						t.Errorf("%s: %v", job.ID, err)
					}
				})
			}
			wg.Wait()
			the(t, s, "job0", "job1", "job2")
		})
	}
}

// TestANewLaneDoesNotWaitForThoseWhoWaitForItsTransaction: all connections of the
// store's own are held up by a key that the transaction locked.
func TestANewLaneDoesNotWaitForThoseWhoWaitForItsTransaction(t *testing.T) {
	s, g := openTemp(t, Options{})
	add(t, s, 1) // the lane of the kind k
	tx := mustBegin(t, s)
	if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "first", Kind: "k", Unique: "u"}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range ownConns {
		wg.Go(func() {
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: fmt.Sprint("late", i), Kind: "k", Unique: "u"}})
			if err != nil || got[0].What != store.Duplicate {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	waiting(t, connect(t, g.dsn), ownConns)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := errors.Join(s.EnqueueTx(ctx, tx, store.Job{ID: "second", Kind: "new"}), tx.Commit(ctx)); err != nil {
		t.Error(err)
		tx.Rollback(context.Background())
	}
	wg.Wait()
}
