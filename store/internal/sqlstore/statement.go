package sqlstore

import (
	"io/fs"
	"strings"
)

// Statement is the statement in the file queries/name.sql, bare, as drivers want one
// that is kept prepared. It panics if there is none: the name stands in a store's own
// source.
func Statement(files fs.FS, name string) string {
	file, err := fs.ReadFile(files, "queries/"+name+".sql")
	if err != nil {
		panic(err)
	}
	return Bare(string(file))
}

// Bare is a statement without comment lines and end mark.
func Bare(sql string) string {
	var kept []string
	for line := range strings.Lines(sql) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			kept = append(kept, line)
		}
	}
	return strings.TrimSuffix(strings.Join(kept, "\n"), ";")
}

// Choose is a statement with those of its optional lines that hold. An optional line
// begins with its name in a comment: /* ids */.
func Choose(sql string, holds func(name string) bool) string {
	var kept []string
	for line := range strings.Lines(sql) {
		name, _, optional := strings.Cut(strings.TrimPrefix(line, "/* "), " */")
		if !optional || !strings.HasPrefix(line, "/* ") || holds(name) {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, ""))
}
