package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tasuki-jobs/tasuki/store"
)

// found is what a database was found to be, before anything is changed.
type found struct {
	absent bool // there is no file
	tables int  // that are not tasuki's
	at     int  // version of tasuki's schema, 0: it has none
}

// peek looks what the file is and changes no byte of it. A database whose log has
// something in it is opened to be read only: whoever closes it last would copy the log
// into it. Any other is not, since a reader cannot take its own log away again.
func peek(ctx context.Context, path string, o *Options) (f found, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return found{absent: true}, nil
	case err == nil && !info.Mode().IsRegular():
		return f, fmt.Errorf("it is no file but a %s: %w (hint: name a file such as jobs.db)", kindOf(info.Mode()), store.ErrInvalid)
	}
	mode := "rw" // never makes a file
	if filled(path+"-wal") || filled(path+"-journal") {
		mode = "ro"
	}
	db, err := open(path, mode, o)
	if err != nil {
		return f, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	err = persist(ctx, o.BusyTimeout, func() error {
		tx, err := db.BeginTx(ctx, readOnly)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		f, err = find(userTx{tx})
		return err
	})
	if code(err) == codeReadOnly && filled(path+"-journal") {
		err = fmt.Errorf("%w: a write to it was cut off and must be taken back first "+
			"(hint: open it with the program that it belongs to; if that is tasuki, run `tasuki migrate`)", err)
	}
	return f, err
}

// kindOf says what else than a file something is.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	}
	return "special file"
}

func filled(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Size() > 0
}

// find says what a database is. It is an error if its schema is one that this
// version cannot work with, or not ours.
func find(s session) (f found, err error) {
	if f.at, err = fitting(s); err != nil {
		return f, err
	}
	rows, err := s.query(context.Background(), `SELECT count(*) FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'tasuki\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
	return f, one(rows, err, &f.tables)
}

// upToDate is an error unless the database has the schema of this version: for who
// may not migrate.
func (f found) upToDate() error {
	newest := migrations[len(migrations)-1].Version
	switch {
	case f.absent:
		return fmt.Errorf("%w (hint: check the path; `tasuki migrate` makes a new store there)", fs.ErrNotExist)
	case f.at == 0 && f.tables > 0:
		return fmt.Errorf("a database of somebody else: it has tables, and none of tasuki's: %w "+
			"(hint: check the path; if jobs shall lie beside these tables, run `tasuki migrate`)", store.ErrInvalid)
	case f.at == 0:
		return errors.New("the database is empty (hint: check the path; `tasuki migrate` makes it a store)")
	case f.at < newest:
		return fmt.Errorf("the schema is %d, this program needs %d (hint: run `tasuki migrate`)", f.at, newest)
	}
	return nil
}
