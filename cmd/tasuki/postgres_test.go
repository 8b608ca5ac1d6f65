package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

func TestCommandsOnPostgres(t *testing.T) {
	server := pgtest.Shared(t)
	params := scripts("testdata/postgres")
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		e.Setenv("PG", server.DSN(server.Database(t)))
		return setup(e)
	}
	testscript.Run(t, params)
}
