package tasuki_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/store/redis"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A yard is a store that worker processes share, with the application's own tables
// beside it: an SQLite file, or a database of a server. It is known by its address. Redis
// has no tables: there a logbook is beside it.
type yard struct {
	fullStore
	commit func(context.Context, func(*sql.Tx) error) error
	db     *sql.DB
	close  func() error
}

// A fullStore has the optional roles too.
type fullStore interface {
	store.Store
	store.Listener
	store.Scheduler
	store.Marker
}

func (y *yard) Commit(ctx context.Context, fn func(*sql.Tx) error) error { return y.commit(ctx, fn) }
func (y *yard) DB() *sql.DB                                              { return y.db }
func (y *yard) Close() error                                             { return y.close() }

func openYard(ctx context.Context, address string) (*yard, error) {
	if strings.HasPrefix(address, "redis://") {
		st, err := redis.Open(ctx, address, redis.Options{})
		if err != nil {
			return nil, err
		}
		return &yard{fullStore: st, close: st.Close}, nil
	}
	if strings.HasPrefix(address, "postgres://") {
		st, err := postgres.Open(ctx, address, postgres.Options{})
		if err != nil {
			return nil, err
		}
		return &yard{st, st.SQL().Commit, st.SQL().DB(), st.Close}, nil
	}
	st, err := sqlite.Open(ctx, address, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	return &yard{st, st.Commit, st.DB(), st.Close}, nil
}

// yardAt opens a yard with a ledger in it.
func yardAt(t *testing.T, address string) *yard {
	t.Helper()
	y, err := openYard(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { y.Close() })
	if _, err := y.DB().Exec(`CREATE TABLE ledger (job TEXT, item INTEGER, pid INTEGER)`); err != nil {
		t.Fatal(err)
	}
	return y
}

// note is the statement by which a job's item notes that it was done.
func note(ctx context.Context, item int) string {
	return fmt.Sprintf(`INSERT INTO ledger (job, item, pid) VALUES ('%s', %d, %d)`, tasuki.JobFrom(ctx).ID, item, os.Getpid())
}

// noted says how often items of a job were noted, and how many different ones.
func (y *yard) noted(t *testing.T, job string) (rows, items int) {
	t.Helper()
	err := y.DB().QueryRow(fmt.Sprintf(`SELECT count(*), count(DISTINCT item) FROM ledger WHERE job = '%s'`, job)).Scan(&rows, &items)
	if err != nil {
		t.Fatal(err)
	}
	return rows, items
}
