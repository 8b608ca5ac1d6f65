package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// MigrateOptions say what Migrate does. The zero value works.
type MigrateOptions struct {
	// Schema is where the tables are or shall be. Default: "tasuki".
	Schema string
	// DryRun: nothing is written; the answer is what would be.
	DryRun bool
}

// Migrate brings the schema up to date, makes it if there is none, and answers the
// steps that it ran, or with DryRun would run. A step is one transaction: what fails
// leaves nothing of itself. Any number of processes may migrate one schema at once;
// each step is run by one of them.
//
// store.ErrNewer: the schema is one for newer programs. store.ErrInvalid: a schema of
// that name holds tables that are not tasuki's. Where rights are missing the error
// names the GRANT.
func Migrate(ctx context.Context, dsn string, o MigrateOptions) ([]Migration, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%w (hint: postgres://user:password@host:5432/database)", err)
	}
	m := migrator{config.ConnConfig, cmp.Or(o.Schema, "tasuki"), migrations}
	return m.run(ctx, o.DryRun)
}

// A migrator brings one schema up to date.
type migrator struct {
	config *pgx.ConnConfig
	schema string
	steps  []Migration
}

func (m migrator) run(ctx context.Context, dryRun bool) ([]Migration, error) {
	if err := checkSchema(m.schema); err != nil {
		return nil, err
	}
	db := m.open()
	defer db.Close()
	f, err := m.find(ctx, db)
	if steps := m.missing(f); err == nil && (dryRun || len(steps) == 0) {
		return steps, nil
	}
	var steps []Migration
	if err == nil {
		err = m.locked(ctx, db, func() (err error) {
			if f, err = m.find(ctx, db); err == nil { // another process may have been first
				steps, err = m.apply(ctx, db, f)
			}
			return err
		})
	}
	return steps, f.explain(err, m.schema)
}

// open is the database without anything that stays in a connection from one
// transaction to the next, which a pooler may lead elsewhere.
func (m migrator) open() *sql.DB {
	config := m.config.Copy()
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	return stdlib.OpenDB(*config)
}

// begin starts a transaction that may take its time, whatever the server says of
// those of applications.
func (m migrator) begin(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
		SET LOCAL idle_in_transaction_session_timeout = 0`)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// locked runs do while no other process migrates this schema. The lock is that of a
// transaction, which poolers keep on one connection; do works on others, and nothing
// else is done in this transaction: it would be in the way of the steps.
func (m migrator) locked(ctx context.Context, db *sql.DB, do func() error) error {
	tx, err := m.begin(ctx, db)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	key := fnv.New64a()
	key.Write([]byte("tasuki schema " + m.schema))
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(key.Sum64())); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	return do()
}

// missing are the steps that the schema lacks, as they run in it.
func (m migrator) missing(f schemaFound) []Migration {
	var steps []Migration
	for _, step := range m.steps[min(f.at, len(m.steps)):] {
		steps = append(steps, step.in(m.schema, f.there))
	}
	return steps
}

// apply runs what is missing and answers it: each step in a transaction of its own.
func (m migrator) apply(ctx context.Context, db *sql.DB, f schemaFound) ([]Migration, error) {
	steps := m.missing(f)
	if len(steps) == 0 {
		return nil, nil
	}
	p, err := goose.NewProvider(goose.DialectCustom, db, nil, goose.WithStore(ledger{f.at}),
		goose.WithGoMigrations(m.forGoose(f)...),
		goose.WithDisableGlobalRegistry(true)) // it is the application's
	if err != nil {
		return nil, err
	}
	ran, err := p.Up(ctx)
	var part *goose.PartialError
	if errors.As(err, &part) {
		failed := m.steps[part.Failed.Source.Version-1]
		return steps[:len(part.Applied)], fmt.Errorf("migration %d (%s): %w", failed.Version, failed.Name, part.Err)
	}
	return steps[:len(ran)], err
}

// forGoose are all steps: goose wants to know those too that ran.
func (m migrator) forGoose(f schemaFound) []*goose.Migration {
	var all []*goose.Migration
	for _, step := range m.steps {
		text := step.in(m.schema, f.there).SQL
		all = append(all, goose.NewGoMigration(int64(step.Version), &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, text)
				return err
			},
		}, nil))
	}
	return all
}
