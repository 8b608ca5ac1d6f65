package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// A pageGround is a database where nobody may do anything but who docs/postgres.md lets.
type pageGround struct {
	*testing.T
	server *pgtest.Server
	blocks []string // the SQL of the page
}

func newPageGround(t *testing.T) *pageGround {
	t.Helper()
	page, err := os.ReadFile("../../docs/postgres.md")
	if err != nil {
		t.Fatal(err)
	}
	g := &pageGround{T: t, server: pgtest.Own(t, pgtest.Options{})}
	for _, b := range regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		g.blocks = append(g.blocks, b[1])
	}
	for _, role := range []string{"owner", "worker", "web"} {
		g.exec("postgres", "CREATE ROLE "+role+" LOGIN")
	}
	return g
}

// as is the address for a role.
func (g *pageGround) as(role string) string {
	return strings.Replace(g.server.DSN("postgres"), "postgres@", role+"@", 1)
}

// exec runs statements as a role.
func (g *pageGround) exec(role, sql string) {
	g.Helper()
	conn, err := pgx.Connect(g.Context(), g.as(role))
	if err != nil {
		g.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(g.Context()))
	if _, err := conn.Exec(g.Context(), sql); err != nil {
		g.Fatalf("as %s: %s: %v", role, sql, err)
	}
}

// runs runs the page's next block, which must have these words.
func (g *pageGround) runs(role, words string) {
	g.Helper()
	if len(g.blocks) == 0 || !strings.Contains(g.blocks[0], words) {
		g.Fatalf("the page's next SQL has no %q: %q", words, g.blocks)
	}
	g.exec(role, g.blocks[0])
	g.blocks = g.blocks[1:]
}

// tasuki is the command, with its exit code.
func (g *pageGround) tasuki(role string, args ...string) int {
	var out bytes.Buffer
	code := run(append(args, "--store", g.as(role)), caller{ctx: g.Context(), out: &out, err: &out})
	g.Logf("%s: tasuki %s: %d: %s", role, args, code, &out)
	return code
}

func TestTheSQLOfThePostgresPageGivesTheRightsThatItSays(t *testing.T) {
	g := newPageGround(t)
	g.runs("postgres", "idle_in_transaction_session_timeout")
	if g.tasuki("owner", "migrate") == exitOK {
		t.Fatal("the owner may make schemas already: the test would prove nothing")
	}
	g.runs("postgres", "CREATE SCHEMA")
	if code := g.tasuki("owner", "migrate"); code != exitOK {
		t.Errorf("migrate: exit code %d", code)
	}
	if g.tasuki("worker", "stats") == exitOK || g.tasuki("web", "enqueue", "mail") == exitOK {
		t.Fatal("they may work already: the test would prove nothing")
	}
	g.runs("owner", "TO worker")
	g.exec("owner", "CREATE TABLE tasuki.later (n serial, x int)") // as a migration of tomorrow does
	g.exec("worker", "INSERT INTO tasuki.later (x) VALUES (1)")
	g.exec("owner", "DROP TABLE tasuki.later")
	g.runs("owner", "TO web")
	enqueuesAs(t, g.as("web"))
	worksAs(t, g.as("worker"))
	g.runs("worker", "pg_stat_activity")
	if len(g.blocks) > 0 {
		t.Errorf("SQL that no test runs: %q", g.blocks)
	}
}

var pageMail = tasuki.NewKind[string]("mail")

// enqueuesAs is all that a web server does.
func enqueuesAs(t *testing.T, dsn string) {
	t.Helper()
	st, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	plain, special := pageMail.Job("a"), pageMail.Job("b", tasuki.Unique("u"), tasuki.Tags("t"), tasuki.Queue("new"))
	if _, err := tasuki.Enqueue(t.Context(), st, plain, special); err != nil {
		t.Error(err)
	}
	if became, err := tasuki.Enqueue(t.Context(), st, special, pageMail.Job("c", tasuki.Unique("u"))); err != nil || became[0].What != store.Known || became[1].What != store.Duplicate {
		t.Errorf("%v, %v", became, err)
	}
	err = pgx.BeginFunc(t.Context(), st.Pool(), func(tx pgx.Tx) error {
		return st.EnqueueTx(t.Context(), tx, pageMail.Job("d", tasuki.Queue("newer"), tasuki.Unique("v")))
	})
	if err != nil {
		t.Error(err)
	}
}

// worksAs is all that a worker does, with what enqueuesAs left.
func worksAs(t *testing.T, dsn string) {
	t.Helper()
	st, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := tasuki.Enqueue(t.Context(), st, pageMail.Job("e")); err != nil {
		t.Error(err)
	}
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{pageMail.Do(func(ctx context.Context, _ string) error {
		return st.Commit(ctx, func(pgx.Tx) error { return nil })
	})}}, tasukitest.On(st, nil))
	if runs := box.Run(); len(runs) != 4 {
		t.Errorf("%d runs, want 4", len(runs))
	}
	if _, err := st.Prune(t.Context(), store.PruneRequest{}); err != nil {
		t.Error(err)
	}
}
