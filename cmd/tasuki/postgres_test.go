package main

import (
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

func TestCommandsOnPostgres(t *testing.T) {
	server := pgtest.Shared(t)
	pooler := server.Pooler(t, 4)
	params := scripts("testdata/postgres")
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		database := server.Database(t)
		e.Setenv("PG", server.DSN(database))
		e.Setenv("POOLER", pooler.DSN(database))
		e.Setenv("NOBODY", regexp.MustCompile("//.*@").ReplaceAllString(server.DSN(database), "//nobody@"))
		e.Setenv("NOTHING", server.DSN("nothing"))
		return setup(e)
	}
	testscript.Run(t, params)
}
