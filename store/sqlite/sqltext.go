package sqlite

import (
	"embed"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

//go:embed queries/*.sql
var queries embed.FS

// text is one statement of queries.
func text(name string) string { return sqlstore.Statement(queries, name) }
