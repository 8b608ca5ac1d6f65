package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// A Migration is a store's own type of one step of its schema. MinReader is the oldest
// schema version whose programs still work after the step.
type Migration interface {
	~struct {
		Version   int
		Name      string
		MinReader int
		SQL       string
	}
}

// A migration is a step while it is read.
type migration struct {
	Version   int
	Name      string
	MinReader int
	SQL       string
}

// Migrations are the steps of a store, in their order: files migrations/NNNN_name.sql
// with a line "-- min-reader: N" each. It panics if one of them is wrong: they are the
// store's own.
func Migrations[M Migration](files fs.FS) []M {
	names, err := fs.Glob(files, "migrations/*.sql")
	all := make([]M, len(names))
	for i, name := range slices.Sorted(slices.Values(names)) {
		m, wrong := readMigration(files, name)
		if err = errors.Join(err, wrong); m.Version != i+1 {
			err = errors.Join(err, fmt.Errorf("%s is not number %d", name, i+1))
		}
		all[i] = M(m)
	}
	if err != nil {
		panic(err)
	}
	return all
}

func readMigration(files fs.FS, path string) (m migration, err error) {
	file, err := fs.ReadFile(files, path)
	if err != nil {
		return m, err
	}
	number, name, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql"), "_")
	m.Name, m.SQL = name, string(file)
	if m.Version, err = strconv.Atoi(number); err != nil {
		return m, err
	}
	_, after, _ := strings.Cut(m.SQL, "-- min-reader: ")
	line, _, _ := strings.Cut(after, "\n")
	m.MinReader, err = strconv.Atoi(line)
	return m, err
}
