package sqlite

import (
	"embed"

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
	SQL       string
}

// migrations are all steps that this version knows, in their order.
var migrations = sqlstore.Migrations[Migration](migrationFiles)
