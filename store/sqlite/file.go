package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/tasuki-jobs/tasuki/store"
)

// file is what the database lies in, as it was when it was opened. It is looked
// at by name only: closing a descriptor of it would drop SQLite's locks.
type file struct {
	path string
	was  map[string]os.FileInfo // by name: the database and its log
}

// identify remembers which files the database lies in.
func (s *Store) identify(ctx context.Context) error {
	rows, err := s.writer.link.query(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`)
	if err := one(rows, err, &s.file.path); err != nil {
		return err
	}
	s.file.was = map[string]os.FileInfo{}
	for _, name := range []string{s.file.path, s.file.path + "-wal"} {
		if s.file.was[name], err = os.Stat(name); err != nil {
			return err
		}
	}
	return nil
}

// check answers store.ErrGone if another file, or none, is where the database or
// its log was: what is written now goes to a file that nobody else can open. As
// long as it is open here, SQLite itself replaces neither.
func (f *file) check() error {
	for name, was := range f.was {
		is, err := os.Stat(name)
		switch {
		case os.IsNotExist(err):
			return fmt.Errorf("%s was deleted: %w", name, store.ErrGone)
		case err != nil: // no answer is no proof
		case !os.SameFile(was, is):
			return fmt.Errorf("%s was replaced by another file: %w", name, store.ErrGone)
		}
	}
	return nil
}
