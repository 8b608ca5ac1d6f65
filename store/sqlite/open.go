package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/tasuki-jobs/tasuki/store"
)

// Open opens the file at path, or makes it, and brings its schema up to date
// unless Options.NoMigrate says otherwise. Its directory must be there.
//
// Always refused is what is no file (a directory, a device: store.ErrInvalid), a file that
// is no database, one with tables named tasuki_… that
// tasuki did not make (store.ErrInvalid), and one whose schema needs a newer version of
// tasuki (store.ErrNewer). With NoMigrate also one that is not there (fs.ErrNotExist),
// one that is empty, one that has only the tables of others (store.ErrInvalid), and one
// with an older schema. Each error ends in a hint that says what to do.
//
// A file that is refused for one of these reasons is left as it is: no byte of it is
// changed, it is not switched to WAL, a missing one is not made, and nothing is left
// beside it. There is one exception: where a killed program left a log with something in
// it, the index of that log (-shm) may be made.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	db, err := open(path, "rwc", &o)
	if err != nil {
		return nil, err
	}
	if err := admissible(ctx, path, &o); err != nil {
		db.Close()
		return nil, explain(err, path)
	}
	s, err := start(ctx, db, &o)
	if err != nil {
		db.Close()
		return nil, explain(err, path)
	}
	s.owned = true
	return s, nil
}

// admissible is an error if a look at the file says that it will be refused. What else
// goes wrong with the look goes wrong in opening too, which says so; but who may not
// migrate does not get as far.
func admissible(ctx context.Context, path string, o *Options) error {
	f, err := peek(ctx, path, o)
	switch {
	case err == nil && o.NoMigrate:
		return f.upToDate()
	case o.NoMigrate, errors.Is(err, store.ErrInvalid), errors.Is(err, store.ErrNewer):
		return err
	}
	return nil
}

// New makes a store on a database that the application opened, with whatever
// SQLite driver it uses (SQLite 3.42 or newer). The file is switched to WAL, unless it
// is refused, as Open refuses files. The
// store keeps two of the database's connections for itself, and Close gives them
// back. The file must not be opened by a second SQLite library in the same
// process.
//
// Busy waits, synchronous and transaction modes of the application's own
// connections are as its driver was told; a transaction for EnqueueTx should
// begin IMMEDIATE.
func New(ctx context.Context, db *sql.DB, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if n := db.Stats().MaxOpenConnections; n > 0 && n < 3 {
		return nil, fmt.Errorf("sqlite: the database allows %d connections, tasuki keeps 2 for itself: %w "+
			"(hint: SetMaxOpenConns(3) or more)", n, store.ErrInvalid)
	}
	s, err := start(ctx, db, &o)
	if err != nil {
		return nil, explain(err, "the database")
	}
	return s, nil
}

// open names the file to the driver; nothing is touched yet. mode is SQLite's own: ro,
// rw, or rwc, which makes a file that is missing.
func open(path, mode string, o *Options) (*sql.DB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return nil, fmt.Errorf("sqlite: path %q is not the path of a file: %w "+
			"(hint: name a file such as jobs.db; tests that want no file use package memory)", path, store.ErrInvalid)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w (hint: give an absolute path)", err)
	}
	set := url.Values{
		"mode":    {mode},
		"_txlock": {"immediate"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", o.BusyTimeout.Milliseconds()),
			fmt.Sprintf("synchronous(%s)", o.Synchronous),
		},
	}
	name := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	db, err := sql.Open("sqlite", "file:"+name+"?"+set.Encode())
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w (hint: this is a defect of the program)", path, err)
	}
	db.SetMaxIdleConns(8)
	return db, nil
}

// start makes the store of an open database.
func start(ctx context.Context, db *sql.DB, o *Options) (*Store, error) {
	s := &Store{
		options: *o,
		lookAt:  lookAt,
		db:      db,
		writer:  newWriter(db, o),
		readers: &readers{db: db, stmts: map[string]*sql.Stmt{}},
	}
	if err := s.prepare(ctx); err != nil {
		s.readers.close()
		s.writer.close()
		return nil, err
	}
	return s, nil
}

// prepare makes sure of WAL and schema and remembers which file it is. What may be
// refused is looked at before anything is changed.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.fits(ctx); err != nil {
		return err
	}
	if err := s.library(ctx); err != nil {
		return err
	}
	if err := s.writer.wal(ctx); err != nil {
		return err
	}
	if err := s.schema(ctx); err != nil {
		return err
	}
	if err := s.writable(); err != nil {
		return err
	}
	return s.identify(ctx)
}

// library refuses a SQLite that lacks what the statements use.
func (s *Store) library(ctx context.Context) error {
	var version string
	var fits bool
	rows, err := s.writer.link.query(ctx, `SELECT sqlite_version(), coalesce(unixepoch('2000-01-01', 'subsec'), 0) > 0`)
	err = one(rows, err, &version, &fits)
	if err == nil && !fits {
		err = fmt.Errorf("SQLite %s is too old (hint: use a driver with SQLite 3.42 or newer)", version)
	}
	return err
}

// writable begins a write and takes it back: a database on a read-only file
// system can be opened while others write to it, and would fail much later.
func (s *Store) writable() error {
	l := s.writer.link
	err := l.do("BEGIN IMMEDIATE")
	if busy(err) {
		return nil // so others can write
	}
	if err == nil {
		err = l.do("DELETE FROM tasuki_paused WHERE 0")
		s.writer.rollback()
	}
	return err
}

// wal switches the file to WAL. Of two that switch at once one is told busy,
// by SQLite at once and whatever the timeout is.
func (w *writer) wal(ctx context.Context) error {
	var mode string
	err := w.retry(ctx, func() error {
		if err := w.connect(ctx); err != nil {
			return err
		}
		rows, err := w.link.query(ctx, "PRAGMA journal_mode = WAL")
		return one(rows, err, &mode)
	})
	if err == nil && mode != "wal" {
		err = fmt.Errorf("journal mode is %q and cannot be WAL (hint: use a file on a local file system)", mode)
	}
	return err
}

// fits refuses a database that is not ours, or too new, or not up to date where that
// is asked for.
func (s *Store) fits(ctx context.Context) error {
	f, err := s.writer.found(ctx)
	if err == nil && s.options.NoMigrate {
		err = f.upToDate()
	}
	return err
}

// schema migrates, unless the options say otherwise.
func (s *Store) schema(ctx context.Context) error {
	if s.options.NoMigrate {
		return nil
	}
	_, err := migrate(ctx, s.writer)
	return err
}
