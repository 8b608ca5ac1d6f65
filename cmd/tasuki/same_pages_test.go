package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// samePages are the scripts whose every word holds on each store.
var samePages = []string{"bulk", "completion", "deploy", "enqueue", "jobs", "jobs_move", "queues", "schedules", "stats", "top", "work", "workers"}

// onPostgres is what a script says where the store is $PG instead of a file.
var onPostgres = strings.NewReplacer(
	"TASUKI_STORE=sqlite:jobs.db", "TASUKI_STORE=$PG",
	"exec worker jobs.db", "exec worker $PG",
	"exec declare jobs.db", "exec declare $PG",
	"--store sqlite:jobs.db", "--store $PG",
	`"next":"2"`, `"next":"2097154"`, "--after 2", "--after 2097154", // where the next page begins is each store's own
	"tasuki top  sqlite:jobs.db", "tasuki top  postgres://[^ ]+",
)

// TestWhatAUserTypesSaysTheSameOnPostgres runs the scripts that are written for SQLite.
// What they do behind the command's back, to a file, is left out.
func TestWhatAUserTypesSaysTheSameOnPostgres(t *testing.T) {
	server := pgtest.Shared(t)
	dir := t.TempDir()
	for _, name := range samePages {
		script, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		commands, files := string(script), ""
		if at := strings.Index(commands, "\n-- "); at >= 0 {
			commands, files = commands[:at], commands[at:]
		}
		commands, _, _ = strings.Cut(commands, "\nexec spoil ")
		if commands = onPostgres.Replace(commands); strings.Contains(commands, "jobs.db") {
			t.Errorf("%s still speaks of jobs.db", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), []byte(commands+files), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	params := scripts(dir)
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		e.Setenv("PG", server.DSN(server.Database(t)))
		return setup(e)
	}
	testscript.Run(t, params)
}
