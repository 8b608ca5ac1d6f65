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
	steps := m.missing(f)
	if dryRun {
		return steps, f.explain(err, m.schema)
	}
	var ran []Migration
	for err == nil && len(steps) > 0 {
		var some []Migration
		some, err = m.apply(ctx, db, f)
		ran = append(ran, some...)
		if err == nil || errors.Is(err, errTaken) {
			f, err = m.find(ctx, db)
			steps = m.missing(f)
		}
	}
	return ran, f.explain(err, m.schema)
}

// open is the database by one connection, without anything that stays in it from one
// transaction to the next: a pooler may lead each to another one of the server, and
// may have no more than one for all who migrate.
func (m migrator) open() *sql.DB {
	config := m.config.Copy()
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	return db
}

// What the server says of transactions of applications is not for these. They see
// what others have committed while they waited.
const calmSQL = `SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0;
	SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`

// errTaken says that another process ran the step.
var errTaken = errors.New("the step was run meanwhile")

// step runs one step in its transaction, while no other process migrates this schema.
// The lock is the transaction's: poolers keep that on one connection.
func (m migrator) step(ctx context.Context, tx *sql.Tx, step Migration) error {
	if _, err := tx.ExecContext(ctx, calmSQL); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", m.lockKey()); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	f := m.unseen()
	if err := m.look(ctx, tx, &f); err != nil {
		return err
	}
	if f.at >= step.Version {
		return errTaken
	}
	// Who waits for a table in use holds up all others of that table: the server's
	// limit of that counts.
	_, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout TO DEFAULT;\n"+step.in(m.schema, f.there).SQL)
	return err
}

func (m migrator) lockKey() int64 {
	key := fnv.New64a()
	key.Write([]byte("tasuki schema " + m.schema))
	return int64(key.Sum64())
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
	p, err := goose.NewProvider(goose.DialectCustom, db, nil, goose.WithStore(ledger{f.at}),
		goose.WithGoMigrations(m.forGoose()...),
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
func (m migrator) forGoose() []*goose.Migration {
	var all []*goose.Migration
	for _, step := range m.steps {
		all = append(all, goose.NewGoMigration(int64(step.Version), &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error { return m.step(ctx, tx, step) },
		}, nil))
	}
	return all
}
