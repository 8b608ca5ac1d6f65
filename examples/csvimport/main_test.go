package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// customers is a CSV file of n customers, in a directory of its own.
func customers(t *testing.T, n int) (dir, file string) {
	t.Helper()
	var text bytes.Buffer
	fmt.Fprintln(&text, "email,name")
	for i := range n {
		fmt.Fprintf(&text, "customer%d@example.com,\"Customer, %d\"\n", i, i)
	}
	dir = t.TempDir()
	file = filepath.Join(dir, "customers.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

func written(t *testing.T, st *sqlite.Store) (n int) {
	t.Helper()
	if err := st.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM customers").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// once makes a second write of a line an error.
func once(t *testing.T, st *sqlite.Store) {
	t.Helper()
	_, err := st.DB().ExecContext(t.Context(), `CREATE TRIGGER once BEFORE UPDATE ON customers
		BEGIN SELECT RAISE(ABORT, 'a line is written twice'); END`)
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnImportIsStoppedKilledAndWritesEachLineOnce(t *testing.T) {
	dir, file := customers(t, 100)
	st, err := open(t.Context(), filepath.Join(dir, "import.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	once(t, st)
	run := tasukitest.Run(t, importer(st), imports.Job(Import{file}), tasukitest.On(st, nil), tasukitest.StopBefore("each", 31)).Want(store.Ready)
	if n := written(t, st); n != 30 || run.Progress != (store.Progress{Done: 30, Total: 100}) {
		t.Errorf("%d lines written, progress %+v", n, run.Progress)
	}
	run.Resume(tasukitest.KillBefore("each", 11)).Want(store.Ready).Resume().Want(store.Done)
	if n := written(t, st); n != 100 {
		t.Errorf("%d lines written", n)
	}
}

func TestTheProgramGoesOnWhereItWasKilledAndStopped(t *testing.T) {
	const all = 600
	dir, file := customers(t, all)
	st, err := open(t.Context(), filepath.Join(dir, "import.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	until := func(n int) func() bool { return func() bool { return written(t, st) >= n } }

	once(t, st)

	first := program.Start(t, dir, "CSV="+file)
	program.Await(t, "the first lines", until(50))
	program.Await(t, "progress", func() bool {
		page, err := st.List(t.Context(), store.ListRequest{})
		return err == nil && len(page.Jobs) == 1 && page.Jobs[0].Progress.Done > 0 && page.Jobs[0].Progress.Total == all
	})
	first.Kill()
	before := written(t, st)
	if before == all {
		t.Fatal("the import was done before it was killed")
	}
	second := program.Start(t, dir, "CSV="+file)
	program.Await(t, "more lines", until(before+50))
	second.Stop()
	third := program.Start(t, dir, "CSV="+file)
	program.Await(t, "all lines", until(all))
	program.Await(t, "the job's end", func() bool {
		stats, err := st.Stats(t.Context())
		return err == nil && stats.Done == 1
	})
	third.Stop()
	if n := written(t, st); n != all {
		t.Errorf("%d lines written, want %d", n, all)
	}
}
