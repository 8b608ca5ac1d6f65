package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

// samePages are the scripts whose every word holds on each store.
var samePages = []string{"bulk", "completion", "deploy", "enqueue", "jobs", "jobs_move", "queues", "schedules", "stats", "top", "work", "workers"}

// elsewhere is what a script says where the store is at $STORE instead of in a file.
var elsewhere = []string{
	"TASUKI_STORE=sqlite:jobs.db", "TASUKI_STORE=$STORE",
	"exec worker jobs.db", "exec worker $STORE",
	"exec declare jobs.db", "exec declare $STORE",
	"--store sqlite:jobs.db", "--store $STORE",
}

// onPostgres is what a script says besides on PostgreSQL: where the next page begins is
// each store's own.
var onPostgres = []string{
	`"next":"2"`, `"next":"2097154"`, "--after 2", "--after 2097154",
	"tasuki top  sqlite:jobs.db", "tasuki top  postgres://[^ ]+",
}

// onRedis is what a script says besides on Redis: there are no priorities, and jobs are
// listed place by place, ready ones before scheduled ones.
var onRedis = []string{
	` --priority 3`, ``, `'"priority":3'`, `'"priority":0'`, `, "priority": -2`, ``, `priority -2, `, ``,
	`"id":"c".*"id":"b"'`, `"id":"b".*"id":"c"'`,
	`"id":"c".*"id":"b".*"next":"2"`, `"id":"b".*"id":"a".*"next":"[^"]+"`, "--after 2$", "--after [^ ]+$",
	"exec tasuki jobs list --limit 2 --after 2\nstdout '^a '\n! stdout '^(b|c) '",
	`exec sh -c 'tasuki jobs list --limit 2 --after $(tasuki jobs list --limit 2 --json | sed "s/.*next...//; s/.}$//")'` + "\nstdout '^c '\n! stdout '^(a|b) '",
	`"id":"low3".*"id":"low2".*"id":"low1"`, `"id":"low2".*"id":"low1".*"id":"low3"`,
	"tasuki top  sqlite:jobs.db", "tasuki top  redis://[^ ]+",
}

// TestWhatAUserTypesSaysTheSameOnPostgres runs the scripts that are written for SQLite.
// What they do behind the command's back, to a file, is left out.
func TestWhatAUserTypesSaysTheSameOnPostgres(t *testing.T) {
	server := pgtest.Shared(t)
	saysTheSame(t, onPostgres, func() string { return server.DSN(server.Database(t)) })
}

// TestWhatAUserTypesSaysTheSameOnRedis runs them too.
func TestWhatAUserTypesSaysTheSameOnRedis(t *testing.T) {
	server := redistest.Shared(t)
	saysTheSame(t, onRedis, func() string { return server.DB(t).URL() })
}

// saysTheSame runs the scripts, each on a store of its own, with what the store says in
// other words.
func saysTheSame(t *testing.T, words []string, address func() string) {
	dir := t.TempDir()
	said := strings.NewReplacer(append(words, elsewhere...)...)
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
		if commands, files = said.Replace(commands), said.Replace(files); strings.Contains(commands, "jobs.db") {
			t.Errorf("%s still speaks of jobs.db", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), []byte(commands+files), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	params := scripts(dir)
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		e.Setenv("STORE", address())
		return setup(e)
	}
	testscript.Run(t, params)
}
