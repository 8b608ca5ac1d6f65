package sqlite

import (
	"embed"
	"strings"
)

//go:embed queries/*.sql
var queries embed.FS

// text is one statement of queries, without its comments and without an end
// mark, as drivers want a statement that is kept prepared.
func text(name string) string {
	file, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err) // a name in this package's source is wrong
	}
	return bare(string(file))
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
