package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tasuki-jobs/tasuki/store"
)

// schemaFound is what a look at the database says of the schema.
type schemaFound struct {
	user, database string
	looked         bool   // the server let us in
	there          bool   // there is a schema of that name
	tables         bool   // with tables or other relations
	ledger         bool   // one of which says which steps ran
	owner          string // of that one
	at, needs      int    // the newest step, and the oldest that programs must know
}

// Everybody may read the catalog. A table is our ledger if it has our columns.
const findSQL = `
SELECT current_user, current_database(), n.oid IS NOT NULL,
  EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid),
  (SELECT count(*) FROM pg_attribute
    WHERE attrelid = l.oid AND attname IN ('version', 'min_reader', 'name', 'applied')) = 4,
  coalesce(pg_get_userbyid(l.relowner), '')
FROM (SELECT) AS once
LEFT JOIN pg_namespace n ON n.nspname = $1
LEFT JOIN pg_class l ON l.relnamespace = n.oid AND l.relname = 'schema' AND l.relkind = 'r'`

const ledgerReadSQL = `SELECT coalesce(max(version), 0), coalesce(max(min_reader), 0) FROM tasuki.schema`

// find looks in a transaction of its own.
func (m migrator) find(ctx context.Context, db *sql.DB) (schemaFound, error) {
	f := m.unseen()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return f, err
	}
	defer tx.Rollback()
	f.looked = true
	if _, err := tx.ExecContext(ctx, calmSQL); err != nil {
		return f, err
	}
	return f, m.look(ctx, tx, &f)
}

// unseen is what is known before the first look.
func (m migrator) unseen() schemaFound {
	return schemaFound{user: m.config.User, database: m.config.Database}
}

// look refuses a schema that this version cannot work with or that is not ours.
func (m migrator) look(ctx context.Context, tx *sql.Tx, f *schemaFound) error {
	err := tx.QueryRowContext(ctx, findSQL, m.schema).Scan(&f.user, &f.database, &f.there, &f.tables, &f.ledger, &f.owner)
	if err == nil && f.ledger {
		err = tx.QueryRowContext(ctx, inSchema(ledgerReadSQL, m.schema)).Scan(&f.at, &f.needs)
	}
	if err != nil {
		return fmt.Errorf("look at schema %s: %w", quoted(m.schema), err)
	}
	return f.fits(m)
}

func (f *schemaFound) fits(m migrator) error {
	newest := m.steps[len(m.steps)-1].Version
	switch {
	case f.at == 0 && f.tables:
		return fmt.Errorf("schema %s has tables that tasuki did not make: %w "+
			"(hint: give tasuki a schema of its own, by another name)", quoted(m.schema), store.ErrInvalid)
	case f.needs > newest:
		return fmt.Errorf("schema %d needs a version of tasuki that knows schema %d; this one knows %d: %w "+
			"(hint: update this program)", f.at, f.needs, newest, store.ErrNewer)
	}
	return nil
}

// explain adds to an error what helps against it.
func (f *schemaFound) explain(err error, schema string) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case "42501": // insufficient_privilege
		return fmt.Errorf("%w (hint: %s)", err, f.grant(schema))
	case "57014": // query_canceled
		return fmt.Errorf("%w (hint: if the server's statement_timeout is a few ms: ALTER ROLE %s SET statement_timeout = '30s')",
			err, quoted(f.user))
	case "25006": // read_only_sql_transaction
		return fmt.Errorf("%w (hint: this server only reads; give the address of the one that writes)", err)
	}
	if hint := hints[pg.Code]; hint != "" {
		return fmt.Errorf("%w (hint: %s)", err, hint)
	}
	return err
}

// grant is the statement that gives the right that is missing.
func (f *schemaFound) grant(schema string) string {
	s, user, db := quoted(schema), quoted(f.user), quoted(f.database)
	switch {
	case !f.looked:
		return fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", db, user)
	case !f.there:
		return fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s, or make the schema for it: CREATE SCHEMA %s AUTHORIZATION %[2]s",
			db, user, s)
	case !f.ledger:
		return fmt.Sprintf("GRANT USAGE, CREATE ON SCHEMA %s TO %s", s, user)
	case f.at == 0: // it could not be read
		return grantUse(schema, f.user)
	}
	return fmt.Sprintf("run tasuki migrate as %s, who owns the tables, or GRANT %[1]s TO %s", quoted(f.owner), user)
}

// grantUse is the statement that lets a user work in a schema that is there.
func grantUse(schema, user string) string {
	return fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %[1]s TO %[2]s; "+
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA %[1]s TO %[2]s", quoted(schema), quoted(user))
}

// quoted is a name as SQL takes any.
func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// checkSchema refuses names that the server refuses or would cut, and such as end a
// text in which they stand.
func checkSchema(name string) error {
	bad := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`'"\$`, r) }
	switch {
	case name == "" || len(name) > 63 || !utf8.ValidString(name) || strings.ContainsFunc(name, bad):
		return fmt.Errorf("postgres: Schema is %q: %w (hint: 1 to 63 bytes of UTF-8 without quotes, backslashes, dollars and control characters)",
			name, store.ErrInvalid)
	case strings.HasPrefix(name, "pg_"):
		return fmt.Errorf("postgres: Schema is %q: %w (hint: names with pg_ are PostgreSQL's own)", name, store.ErrInvalid)
	}
	return nil
}
