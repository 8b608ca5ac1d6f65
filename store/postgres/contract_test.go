package postgres

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

// TestContract has a server of its own, without fsync: what the contract asks for is
// not what a power cut leaves. One failing run of random steps is made shorter on
// stores that are all open until its end.
func TestContract(t *testing.T) {
	server := contractServer(t)
	contract(t, &grounds{dsn: server.DSN(server.Database(t))}, Options{MaxConns: 4})
}

func contractServer(t *testing.T) *pgtest.Server {
	t.Helper()
	return pgtest.Own(t, pgtest.Options{Settings: map[string]string{"fsync": "off", "max_connections": "1000", "shared_buffers": "64MB"}})
}

func contract(t *testing.T, all *grounds, o Options) {
	storetest.Run(t, storetest.Harness{
		New:   func(t *testing.T) storetest.Subject { return subject(t, all.take(t), o) },
		Fresh: func(t *testing.T) func() (store.Store, error) { return fresh(t, all.address(), o) },
	})
}

// subject is a store whose clock stands still until it is moved.
func subject(t *testing.T, g *ground, o Options) storetest.Subject {
	g.exec(t, `CREATE TABLE tasuki.test_clock (us bigint NOT NULL);
		CREATE OR REPLACE FUNCTION tasuki.now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT us FROM tasuki.test_clock';
		INSERT INTO tasuki.test_clock VALUES (`+fmt.Sprint(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixMicro())+`)`)
	// A claim that is slow because the machine is busy sets no marks, behind which what
	// comes next in line is no longer exact for a while.
	exact := func() *Store {
		s := g.open(t, o)
		s.marks.slow = time.Hour
		return s
	}
	s := exact()
	return storetest.Subject{
		Store: s,
		Advance: func(d time.Duration) {
			must(t, s, g, fmt.Sprintf("UPDATE tasuki.test_clock SET us = us + %d", d.Microseconds()))
		},
		Reopen:   func(t *testing.T) store.Store { return exact() },
		Snapshot: func(t *testing.T) func() store.Store { return snapshot(t, g, o) },
		SetFormat: func(t *testing.T, id string, format int) {
			g.exec(t, fmt.Sprintf(setFormatSQL, id, format))
		},
	}
}

// must runs a statement on a connection of the store, or on another if it is closed.
func must(t *testing.T, s *Store, g *ground, sql string) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), g.text(sql)); err != nil {
		g.exec(t, sql)
	}
}

// setFormatSQL puts a waiting job into a lane of a newer format.
const setFormatSQL = `INSERT INTO tasuki.lanes (queue, kind, format)
	SELECT queue, kind, %[2]d FROM tasuki.lanes JOIN tasuki.jobs USING (lane) WHERE id = '%[1]s' ON CONFLICT DO NOTHING;
	UPDATE tasuki.jobs j SET lane = n.lane FROM tasuki.lanes o JOIN tasuki.lanes n ON n.queue = o.queue AND n.kind = o.kind
	WHERE j.id = '%[1]s' AND o.lane = j.lane AND n.format = %[2]d`

// copies makes names of copied schemas different.
var copies atomic.Int64

// snapshot copies all tables. The sequences go on, as they do after a crash.
func snapshot(t *testing.T, g *ground, o Options) func() store.Store {
	copied := fmt.Sprintf("copy%d", copies.Add(1))
	g.exec(t, "CREATE SCHEMA "+copied)
	t.Cleanup(func() { g.exec(t, "SET client_min_messages = warning; DROP SCHEMA "+copied+" CASCADE") })
	for _, table := range g.tables {
		g.exec(t, fmt.Sprintf("CREATE TABLE %s.%s AS SELECT * FROM tasuki.%[2]s", copied, table))
	}
	return func() store.Store {
		for _, table := range g.tables {
			g.exec(t, fmt.Sprintf("DELETE FROM tasuki.%s; INSERT INTO tasuki.%[1]s OVERRIDING SYSTEM VALUE SELECT * FROM %s.%[1]s", table, copied))
		}
		return g.open(t, o)
	}
}

// fresh is a schema that is not there yet.
func fresh(t *testing.T, dsn string, o Options) func() (store.Store, error) {
	o.Schema = fmt.Sprintf("fresh%d", copies.Add(1))
	return func() (store.Store, error) {
		s, err := Open(t.Context(), dsn, o)
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
