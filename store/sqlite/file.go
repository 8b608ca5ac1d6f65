package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/tasuki-jobs/tasuki/store"
)

// file is the database's file as it was when it was opened. It is looked at by
// name only: closing a descriptor of it would drop SQLite's locks.
type file struct {
	path string
	was  os.FileInfo
}

// identify remembers which file the database is.
func (s *Store) identify(ctx context.Context) error {
	rows, err := s.writer.link.query(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`)
	if err := one(rows, err, &s.file.path); err != nil {
		return err
	}
	s.file.was, err = os.Stat(s.file.path)
	return err
}

// check answers store.ErrGone if another file, or none, is where the database
// was: what is written now goes to a file that nobody else can open.
func (f *file) check() error {
	is, err := os.Stat(f.path)
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("%s was deleted: %w", f.path, store.ErrGone)
	case err != nil:
		return nil // no answer is no proof
	case !os.SameFile(f.was, is):
		return fmt.Errorf("%s was replaced by another file: %w", f.path, store.ErrGone)
	}
	return nil
}
