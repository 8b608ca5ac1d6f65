package postgres

import (
	"embed"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A Migration is one step of the schema.
type Migration struct {
	Version int
	Name    string
	// MinReader is the oldest schema version whose programs still work after
	// the step.
	MinReader int
	// SQL is all that the step runs, in one transaction.
	SQL string
}

// migrations are all steps that this version knows, in their order. Their names stand
// in no schema yet.
var migrations = sqlstore.Migrations[Migration](migrationFiles)

// ledgerSQL makes the table that says which steps ran. It is the only such table.
const ledgerSQL = `CREATE TABLE tasuki.schema (
  version    integer PRIMARY KEY,
  min_reader integer NOT NULL,
  name       text NOT NULL,
  applied    timestamptz NOT NULL DEFAULT now()
);
`

// in is the step as it runs in a schema. The first one makes the schema, if it is not
// there, and the ledger. A limit that the server sets for statements of an
// application is not for these.
func (m Migration) in(schema string, there bool) Migration {
	text := m.SQL + "\n" + m.noteSQL()
	if m.Version == 1 {
		text = ledgerSQL + text
	}
	m.SQL = "SET LOCAL statement_timeout = 0;\n"
	if m.Version == 1 && !there {
		m.SQL += "CREATE SCHEMA " + quoted(schema) + ";\n"
	}
	m.SQL += inSchema(text, schema)
	return m
}

// noteSQL notes the step in the ledger.
func (m Migration) noteSQL() string {
	return fmt.Sprintf("INSERT INTO tasuki.schema (version, min_reader, name) VALUES (%d, %d, '%s');\n",
		m.Version, m.MinReader, m.Name)
}
