package postgres

import (
	"embed"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// A query is one statement of the folder queries, in no schema yet.
type query struct{ name, text string }

// named is one statement, without its comments and without an end mark.
func named(name string) query {
	file, err := queryFiles.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err) // a name in this package's source is wrong
	}
	return query{name, bare(string(file))}
}

// bare is a statement without comment lines and end mark.
func bare(sql string) string {
	var kept []string
	for line := range strings.Lines(sql) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			kept = append(kept, line)
		}
	}
	return strings.TrimSuffix(strings.Join(kept, "\n"), ";")
}

// inSchema is a text whose names stand in a schema: they are written tasuki.name.
func inSchema(text, schema string) string {
	return strings.ReplaceAll(text, "tasuki.", pgx.Identifier{schema}.Sanitize()+".")
}
