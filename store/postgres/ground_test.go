package postgres

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// A ground is a schema in which tests work, one after another: to empty one is much
// faster than to make one.
type ground struct {
	dsn, schema string
	via         string   // where stores are opened, if not at dsn
	tables      []string // all that the migrations made, but the ledger
	now         string   // the statement that makes the clock
}

// grounds are those of one database.
type grounds struct {
	dsn string
	via string // where stores are opened, if not at dsn

	mu   sync.Mutex // owns what follows
	made int
	free []*ground
}

// shared are the grounds of tests that leave the server as it is.
var shared struct {
	once sync.Once
	all  grounds
}

// sharedGrounds are in a database of their own of the server that all share.
func sharedGrounds(t testing.TB) *grounds {
	t.Helper()
	server := pgtest.Shared(t)
	shared.once.Do(func() {
		if err := server.Exec(t.Context(), "CREATE DATABASE grounds TEMPLATE template0 STRATEGY wal_log"); err != nil {
			t.Fatal(err)
		}
		shared.all.dsn = server.DSN("grounds")
	})
	return &shared.all
}

// address is where stores are opened.
func (all *grounds) address() string { return cmp.Or(all.via, all.dsn) }

// take gives a test a ground for itself, which is empty. What the test leaves there of
// others, tables and the like, is removed behind it.
func (all *grounds) take(t testing.TB) *ground {
	t.Helper()
	all.mu.Lock()
	defer all.mu.Unlock()
	if n := len(all.free); n > 0 {
		g := all.free[n-1]
		all.free = all.free[:n-1]
		t.Cleanup(func() { all.back(t, g) })
		return g
	}
	all.made++
	g := &ground{dsn: all.dsn, via: all.address(), schema: fmt.Sprintf("s%d", all.made)}
	if _, err := Migrate(t.Context(), g.dsn, MigrateOptions{Schema: g.schema}); err != nil {
		t.Fatal(err)
	}
	g.now = g.ask(t, "SELECT pg_get_functiondef('tasuki.now'::regproc)")
	g.tables = strings.Fields(g.ask(t, tablesSQL))
	t.Cleanup(func() { all.back(t, g) })
	return g
}

const tablesSQL = `SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class
	WHERE relnamespace = 'tasuki.'::regnamespace AND relkind = 'r' AND relname <> 'schema'`

// back empties a ground for the next test. One of a test that failed stays as it is.
func (all *grounds) back(t testing.TB, g *ground) {
	if t.Failed() {
		return
	}
	g.clear(t)
	all.mu.Lock()
	defer all.mu.Unlock()
	all.free = append(all.free, g)
}

func (g *ground) clear(t testing.TB) {
	var sql strings.Builder
	sql.WriteString("SET client_min_messages = warning; SET lock_timeout = '20s';")
	for _, table := range strings.Fields(g.ask(t, tablesSQL)) {
		ours := false
		for _, known := range g.tables {
			ours = ours || known == table
		}
		if ours {
			fmt.Fprintf(&sql, "DELETE FROM tasuki.%s;", table)
		} else {
			fmt.Fprintf(&sql, "DROP TABLE tasuki.%s CASCADE;", table)
		}
	}
	sql.WriteString(`INSERT INTO tasuki.counts VALUES (1, 0, 0); INSERT INTO tasuki.schedule_counts VALUES (1, 0, 0);
		ALTER SEQUENCE tasuki.seq RESTART;` + g.now)
	g.exec(t, sql.String())
}

// exec runs statements in the schema, as the superuser.
func (g *ground) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	conn := g.connect(t)
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), g.text(sql), args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// ask is a query's answer of one text.
func (g *ground) ask(t testing.TB, sql string, args ...any) (answer string) {
	t.Helper()
	conn := g.connect(t)
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), g.text(sql), args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

// text is SQL in the schema. In 'tasuki.' stands its name as a text.
func (g *ground) text(sql string) string {
	return inSchema(strings.NewReplacer("'tasuki.'", "'"+quoted(g.schema)+"'", "'tasuki.now'", "'"+quoted(g.schema)+".now'").Replace(sql), g.schema)
}

func (g *ground) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, g.dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// open opens a store there, which is closed when the test ends.
func (g *ground) open(t testing.TB, o Options) *Store {
	t.Helper()
	o.Schema = g.schema
	s, err := Open(t.Context(), cmp.Or(g.via, g.dsn), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// openTemp is a store on a ground of its own.
func openTemp(t testing.TB, o Options) (*Store, *ground) {
	t.Helper()
	g := sharedGrounds(t).take(t)
	return g.open(t, o), g
}
