package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/tasuki-jobs/tasuki/store"
)

// The ledger of the schema. It is no migration itself: it says which ran.
const ledgerSQL = `CREATE TABLE IF NOT EXISTS tasuki_schema (
  version    INTEGER PRIMARY KEY,
  min_reader INTEGER NOT NULL,
  name       TEXT NOT NULL,
  applied    INTEGER NOT NULL
)`

// Migrate brings the file's schema up to date and answers the steps that were
// missing. A missing file is made, and it is switched to WAL. With dryRun nothing is written or made.
// Any number of processes may migrate one file at once.
func Migrate(ctx context.Context, path string, dryRun bool) ([]Migration, error) {
	if _, err := os.Stat(path); dryRun && errors.Is(err, os.ErrNotExist) {
		return migrations, nil
	}
	o, _ := Options{}.filled()
	db, err := open(path, &o)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	steps, err := migrateDB(ctx, db, &o, dryRun)
	return steps, explain(err, path)
}

// MigrateDB is Migrate for a database that is open already.
func MigrateDB(ctx context.Context, db *sql.DB, dryRun bool) ([]Migration, error) {
	o, _ := Options{}.filled()
	steps, err := migrateDB(ctx, db, &o, dryRun)
	return steps, explain(err, "the database")
}

func migrateDB(ctx context.Context, db *sql.DB, o *Options, dryRun bool) ([]Migration, error) {
	w := newWriter(db, o)
	defer w.close()
	if dryRun {
		return pending(ctx, w)
	}
	if err := w.wal(ctx); err != nil { // or a commit is busy as long as anybody reads
		return nil, err
	}
	return migrate(ctx, w)
}

// pending answers the steps that are missing, without writing.
func pending(ctx context.Context, w *writer) (steps []Migration, err error) {
	err = w.retry(ctx, func() error {
		if err := w.connect(ctx); err != nil {
			return err
		}
		steps, err = missing(w.link)
		return err
	})
	return steps, err
}

// migrate applies what is missing in one transaction. Who comes second finds
// nothing missing when it gets the lock.
func migrate(ctx context.Context, w *writer) ([]Migration, error) {
	steps, err := pending(ctx, w)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	err = w.write(ctx, func(s session) error {
		if steps, err = missing(s); err != nil || len(steps) == 0 {
			return err
		}
		if _, err := s.exec(ctx, bare(ledgerSQL)); err != nil {
			return err
		}
		for _, m := range steps {
			if err := w.link.apply(ctx, m); err != nil {
				return fmt.Errorf("migration %d (%s): %w", m.Version, m.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return steps, nil
}

// apply runs one step and notes it. Its text holds many statements.
func (l *link) apply(ctx context.Context, m Migration) error {
	if _, err := l.conn.ExecContext(ctx, m.SQL); err != nil {
		return err
	}
	_, err := l.exec(ctx, `INSERT INTO tasuki_schema (version, min_reader, name, applied)
		VALUES (?, ?, ?, CAST(unixepoch('subsec') * 1000000 AS INTEGER))`, m.Version, m.MinReader, m.Name)
	return err
}

// missing are the steps that the database lacks. It is an error if the schema
// is one that this version cannot work with, or not ours.
func missing(s session) ([]Migration, error) {
	at, needs, err := schemaOf(s)
	if err != nil {
		return nil, err
	}
	newest := migrations[len(migrations)-1].Version
	if needs > newest {
		return nil, fmt.Errorf("schema %d needs a version of tasuki that knows schema %d; this one knows %d: %w "+
			"(hint: update this program)", at, needs, newest, store.ErrNewer)
	}
	return migrations[min(at, newest):], nil
}

// schemaOf answers the schema's version, 0 if there is none, and the lowest
// that a program must know to work with it.
func schemaOf(s session) (at, needs int, err error) {
	ctx := context.Background()
	tables := map[string]bool{}
	err = each1(s, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'tasuki\_%' ESCAPE '\'`,
		func(name string) { tables[name] = true })
	if err != nil || len(tables) == 0 {
		return 0, 0, err
	}
	rows, err := s.query(ctx, `SELECT coalesce(max(version), 0), coalesce(max(min_reader), 0) FROM tasuki_schema`)
	if err = one(rows, err, &at, &needs); err != nil || at == 0 {
		return 0, 0, fmt.Errorf("there are tables named tasuki_… that tasuki did not make "+
			"(hint: give tasuki a file of its own, or rename them): %w", store.ErrInvalid)
	}
	return at, needs, nil
}

// each1 reads rows of one text.
func each1(s session, text string, take func(string), args ...any) error {
	rows, err := s.query(context.Background(), text, args...)
	return each(rows, err, func(r *sql.Rows) error {
		var v string
		err := r.Scan(&v)
		take(v)
		return err
	})
}
