package sqlite

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
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

// migrations are all steps that this version knows, in their order: files
// NNNN_name.sql with a line "-- min-reader: N" each.
var migrations = func() []Migration {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	all := make([]Migration, len(names))
	for i, name := range slices.Sorted(slices.Values(names)) {
		err = errors.Join(err, all[i].read(name))
		if all[i].Version != i+1 {
			err = errors.Join(err, fmt.Errorf("%s is not number %d", name, i+1))
		}
	}
	if err != nil {
		panic(err) // a file of this package is wrong
	}
	return all
}()

func (m *Migration) read(path string) error {
	file, err := migrationFiles.ReadFile(path)
	if err != nil {
		return err
	}
	number, name, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql"), "_")
	m.Name, m.SQL = name, string(file)
	if m.Version, err = strconv.Atoi(number); err != nil {
		return err
	}
	_, after, _ := strings.Cut(m.SQL, "-- min-reader: ")
	line, _, _ := strings.Cut(after, "\n")
	m.MinReader, err = strconv.Atoi(line)
	return err
}
