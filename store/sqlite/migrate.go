package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// The ledger of the schema. It is no migration itself: it says which ran.
const ledgerSQL = `CREATE TABLE IF NOT EXISTS tasuki_schema (
  version    INTEGER PRIMARY KEY,
  min_reader INTEGER NOT NULL,
  name       TEXT NOT NULL,
  applied    INTEGER NOT NULL
)`

// Migrate brings the file's schema up to date and answers the steps that were
// missing. A missing file is made, and it is switched to WAL, unless it is refused, as
// Open refuses files. With dryRun nothing is written or made. Any number of processes
// may migrate one file at once.
func Migrate(ctx context.Context, path string, dryRun bool) ([]Migration, error) {
	o, _ := Options{}.filled()
	db, err := open(path, "rwc", &o)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if dryRun {
		f, err := peek(ctx, path, &o)
		if err != nil {
			return nil, explain(err, path)
		}
		return f.missing(), nil
	}
	if err := admissible(ctx, path, &o); err != nil {
		return nil, explain(err, path)
	}
	steps, err := migrateDB(ctx, db, &o, false)
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
	f, err := w.found(ctx)
	if err != nil || dryRun {
		return f.missing(), err
	}
	if err := w.wal(ctx); err != nil { // or a commit is busy as long as anybody reads
		return nil, err
	}
	return migrate(ctx, w)
}

// found says what the database is, without writing.
func (w *writer) found(ctx context.Context) (f found, err error) {
	err = w.retry(ctx, func() error {
		if err := w.connect(ctx); err != nil {
			return err
		}
		f, err = find(w.link)
		return err
	})
	return f, err
}

// migrate applies what is missing in one transaction. Who comes second finds
// nothing missing when it gets the lock.
func migrate(ctx context.Context, w *writer) ([]Migration, error) {
	f, err := w.found(ctx)
	if err != nil || len(f.missing()) == 0 {
		return nil, err
	}
	var steps []Migration
	err = w.write(ctx, func(s session) error {
		at, err := fitting(s)
		if steps = (found{at: at}).missing(); err != nil || len(steps) == 0 {
			return err
		}
		if _, err := s.exec(ctx, sqlstore.Bare(ledgerSQL)); err != nil {
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

// missing are the steps that the database lacks.
func (f found) missing() []Migration {
	return migrations[min(f.at, len(migrations)):]
}

// fitting answers the schema's version, 0 if there is none. It is an error if the
// schema is one that this version cannot work with, or not ours.
func fitting(s session) (at int, err error) {
	at, needs, err := schemaOf(s)
	if err != nil {
		return 0, err
	}
	if newest := migrations[len(migrations)-1].Version; needs > newest {
		return 0, fmt.Errorf("schema %d needs a version of tasuki that knows schema %d; this one knows %d: %w "+
			"(hint: update this program)", at, needs, newest, store.ErrNewer)
	}
	return at, nil
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
	switch err = one(rows, err, &at, &needs); {
	case err == nil && at > 0:
		return at, needs, nil
	case code(err) > codeError || broken(err) || ended(err): // that says nothing about the tables
		return 0, 0, err
	}
	return 0, 0, fmt.Errorf("there are tables named tasuki_… that tasuki did not make: %w "+
		"(hint: give tasuki a file of its own, or rename them)", store.ErrInvalid)
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
