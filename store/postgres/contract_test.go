package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

func TestContract(t *testing.T) {
	server := pgtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	storetest.Run(t, storetest.Harness{
		New:   func(t *testing.T) storetest.Subject { return subject(t, dsn) },
		Fresh: func(t *testing.T) func() (store.Store, error) { return fresh(t, dsn) },
	})
}

// schemas makes names of schemas different.
var schemas atomic.Int64

// subject is a store in a schema of its own, whose clock stands still until it is
// moved.
func subject(t *testing.T, dsn string) storetest.Subject {
	p := &ground{dsn: dsn, schema: fmt.Sprintf("s%d", schemas.Add(1))}
	s := p.open(t)
	p.stopClock(t, s)
	t.Cleanup(func() { dropSchema(t, dsn, p.schema) })
	return storetest.Subject{
		Store:     s,
		Advance:   func(d time.Duration) { p.must(t, s, "UPDATE tasuki.test_clock SET us = us + $1", d.Microseconds()) },
		Reopen:    func(t *testing.T) store.Store { return p.open(t) },
		Snapshot:  func(t *testing.T) func() store.Store { return p.snapshot(t, s) },
		SetFormat: func(t *testing.T, id string, format int) { p.setFormat(t, s, id, format) },
	}
}

// A ground is a schema of a test.
type ground struct {
	dsn, schema string
	stores      []*Store
}

func (p *ground) open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), p.dsn, Options{Schema: p.schema})
	if err != nil {
		t.Fatal(err)
	}
	p.stores = append(p.stores, s)
	t.Cleanup(func() { s.Close() })
	return s
}

func (p *ground) must(t *testing.T, s *Store, sql string, args ...any) {
	t.Helper()
	if _, err := s.pool.Exec(context.Background(), inSchema(sql, p.schema), args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (p *ground) stopClock(t *testing.T, s *Store) {
	start := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMicro()
	p.must(t, s, "CREATE TABLE tasuki.test_clock (us bigint NOT NULL)")
	p.must(t, s, "INSERT INTO tasuki.test_clock VALUES ($1)", start)
	p.must(t, s, "CREATE OR REPLACE FUNCTION tasuki.now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT us FROM tasuki.test_clock'")
}

func dropSchema(t *testing.T, dsn, schema string) {
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), "SET client_min_messages = warning; DROP SCHEMA IF EXISTS "+quoted(schema)+" CASCADE"); err != nil {
		t.Error(err)
	}
}

// snapshot copies all tables and remembers the sequences.
func (p *ground) snapshot(t *testing.T, s *Store) func() store.Store {
	copied := p.schema + "_copy" + fmt.Sprint(schemas.Add(1))
	var tables []string
	rows, err := s.pool.Query(t.Context(), "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname <> 'test_clock'", quoted(p.schema))
	if err != nil {
		t.Fatal(err)
	}
	if tables, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		t.Fatal(err)
	}
	p.must(t, s, "CREATE SCHEMA "+copied)
	t.Cleanup(func() { dropSchema(t, p.dsn, copied) })
	for _, table := range tables {
		p.must(t, s, fmt.Sprintf("CREATE TABLE %s.%s AS SELECT * FROM tasuki.%[2]s", copied, table))
	}
	return func() store.Store {
		for _, table := range tables {
			p.must(t, s, "TRUNCATE tasuki."+table)
			p.must(t, s, fmt.Sprintf("INSERT INTO tasuki.%s OVERRIDING SYSTEM VALUE SELECT * FROM %s.%[1]s", table, copied))
		}
		return p.open(t)
	}
}

// setFormat puts a waiting job into a lane of a newer format.
func (p *ground) setFormat(t *testing.T, s *Store, id string, format int) {
	t.Helper()
	p.must(t, s, `INSERT INTO tasuki.lanes (queue, kind, format)
		SELECT queue, kind, $2 FROM tasuki.lanes JOIN tasuki.jobs USING (lane) WHERE id = $1 ON CONFLICT DO NOTHING`, id, format)
	p.must(t, s, `UPDATE tasuki.jobs j SET lane = n.lane FROM tasuki.lanes o JOIN tasuki.lanes n ON n.queue = o.queue AND n.kind = o.kind
		WHERE j.id = $1 AND o.lane = j.lane AND n.format = $2`, id, format)
}

func fresh(t *testing.T, dsn string) func() (store.Store, error) {
	schema := fmt.Sprintf("s%d", schemas.Add(1))
	t.Cleanup(func() { dropSchema(t, dsn, schema) })
	return func() (store.Store, error) {
		s, err := Open(t.Context(), dsn, Options{Schema: schema})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { s.Close() })
		return s, nil
	}
}

// TestEveryStatementNamesItsSchema: a name without one would be looked for where the
// session's search_path says.
func TestEveryStatementNamesItsSchema(t *testing.T) {
	files, err := queryFiles.ReadDir("queries")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		q := named(strings.TrimSuffix(f.Name(), ".sql"))
		for _, table := range []string{"jobs", "ids", "lanes", "ended", "gone", "runs", "tags", "workers", "batches", "orders", "paused", "ticks", "counts", "schedules", "marks"} {
			for _, before := range []string{"FROM ", "JOIN ", "INTO ", "UPDATE "} {
				if strings.Contains(q.text, before+table+" ") {
					t.Errorf("%s: %s%s", q.name, before, table)
				}
			}
		}
	}
}
