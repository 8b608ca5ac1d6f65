package postgres

import (
	"embed"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// A query is one statement of the folder queries, in no schema yet.
type query struct{ name, text string }

// named is one statement.
func named(name string) query { return query{name, sqlstore.Statement(queryFiles, name)} }

// inSchema is a text whose names stand in a schema: they are written tasuki.name.
func inSchema(text, schema string) string {
	return strings.ReplaceAll(text, "tasuki.", pgx.Identifier{schema}.Sanitize()+".")
}
