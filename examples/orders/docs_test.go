package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// What README.md and docs/postgres.md show.

type readmeOrder struct {
	Number int
	Email  string
}

func placed(ctx context.Context, st *postgres.Store, pack tasuki.Kind[readmeOrder], o readmeOrder) error {
	err := pgx.BeginFunc(ctx, st.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO orders (number, email) VALUES ($1, $2)`, o.Number, o.Email); err != nil {
			return err
		}
		return st.EnqueueTx(ctx, tx, pack.Job(o))
	})
	return err
}

func TestWhatTheDocsShowEnqueuesIfAndOnlyIfTheOrderIsIn(t *testing.T) {
	server := pgtest.Shared(t)
	st, err := postgres.Open(t.Context(), server.DSN(server.Database(t)), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Pool().Exec(t.Context(), "CREATE TABLE orders (number integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, email text)"); err != nil {
		t.Fatal(err)
	}
	pack := tasuki.NewKind[readmeOrder]("pack")
	if err := placed(t.Context(), st, pack, readmeOrder{7, "ada@example.com"}); err != nil {
		t.Fatal(err)
	}
	if err := placed(t.Context(), st, pack, readmeOrder{7, "bob@example.com"}); err == nil { // its commit is refused
		t.Fatal("the same number was taken twice")
	}
	jobs := tasukitest.Jobs(t, st)
	if tasukitest.WasEnqueued(t, jobs, pack, readmeOrder{7, "ada@example.com"}); len(jobs) != 1 {
		t.Errorf("%d jobs", len(jobs))
	}
}

func TestTheDocsShowThisCode(t *testing.T) {
	here, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"../../README.md", "../../docs/postgres.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, code, found := strings.Cut(string(text), "err := pgx.BeginFunc(")
		if code, _, _ = strings.Cut(code, "```"); !found {
			t.Errorf("%s shows no transaction", page)
		}
		for line := range strings.Lines(code) {
			if line, _, _ = strings.Cut(line, " // "); !strings.Contains(string(here), strings.TrimSpace(line)+"\n") {
				t.Errorf("%s shows %q, which is not here", page, line)
			}
		}
	}
}
