package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// A Migration is one step of a store's schema.
type Migration struct {
	Version   int
	Name      string
	MinReader int // the oldest schema version whose programs still work after the step
	SQL       string
}

// Migrations are the steps of a store, in their order: files migrations/NNNN_name.sql
// with a line "-- min-reader: N" each. It panics if one of them is wrong: they are a
// store's own.
func Migrations(files fs.FS) []Migration {
	names, err := fs.Glob(files, "migrations/*.sql")
	all := make([]Migration, len(names))
	for i, name := range slices.Sorted(slices.Values(names)) {
		err = errors.Join(err, all[i].read(files, name))
		if all[i].Version != i+1 {
			err = errors.Join(err, fmt.Errorf("%s is not number %d", name, i+1))
		}
	}
	if err != nil {
		panic(err)
	}
	return all
}

func (m *Migration) read(files fs.FS, path string) error {
	file, err := fs.ReadFile(files, path)
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
