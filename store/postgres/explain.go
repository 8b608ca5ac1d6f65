package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// explain adds to an error of opening what helps against it.
func (s *Store) explain(err error) error {
	if err == nil || strings.Contains(err.Error(), "(hint: ") {
		return wrap(err)
	}
	if hint := s.hint(err); hint != "" {
		return fmt.Errorf("postgres: %w (hint: %s)", err, hint)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return fmt.Errorf("postgres: %w (hint: is the server running, and is the address right?)", err)
	}
	return wrap(err)
}

func wrap(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "postgres: ") {
		return err
	}
	return fmt.Errorf("postgres: %w", err)
}

// hint is what helps against an error of the server.
func (s *Store) hint(err error) string {
	c := s.pool.Config().ConnConfig
	var connect *pgconn.ConnectError
	connecting := errors.As(err, &connect)
	switch code(err) {
	case "42501": // insufficient_privilege
		if connecting {
			return fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO %s", quoted(c.Database), quoted(c.User))
		}
		return grantUse(s.options.Schema, c.User)
	case "08P01", "42704", "22023": // protocol_violation, undefined_object, invalid_parameter_value
		if connecting {
			return wrongSetting
		}
	}
	return hints[code(err)]
}

// hintInUsers is what helps against an error in a transaction of the application's. Its
// driver need not be ours.
func (s *Store) hintInUsers(err error, user string) string {
	var answered interface{ SQLState() string }
	if !errors.As(err, &answered) {
		return ""
	}
	switch state := answered.SQLState(); state {
	case "42501": // insufficient_privilege
		if user == "" {
			return "for the user of the transaction: " + grantUse(s.options.Schema, "user")
		}
		return grantUse(s.options.Schema, user)
	case "3F000", "42P01": // invalid_schema_name, undefined_table
		return fmt.Sprintf("the transaction must be in the store's database, which has the schema %s", s.options.Schema)
	case codeReadOnly:
		return "the transaction only reads, or its server does; begin one that writes"
	default:
		return hints[state]
	}
}

// advised is an error with its hint, unless it has one.
func advised(err error, hint string) error {
	if hint == "" || strings.Contains(err.Error(), "(hint: ") {
		return err
	}
	return fmt.Errorf("%w (hint: %s)", err, hint)
}

// hints are what helps, by SQLSTATE.
var hints = map[string]string{
	"28P01": wrongUser,
	"28000": wrongUser,
	"3D000": "create the database, or name another",
	"3F000": noSchema,
	"42P01": noSchema,
	"25006": "this server only reads; give the address of the one that writes, or all hosts and target_session_attrs=read-write",
	"53100": "the server's disk is full",
	"53200": "the server has no memory, or no room for another lock; raise max_locks_per_transaction, or enqueue fewer jobs with unique keys in one transaction",
	"53300": "the server has no connection left; raise max_connections, lower MaxConns, or put a pooler before it",
	"55P03": "somebody held a lock for longer than the server's lock_timeout",
	"57014": "a statement was cancelled; if statement_timeout is a few ms raise it for this user",
}

const (
	wrongUser    = "user, password or pg_hba.conf do not fit; try them with psql"
	noSchema     = "the schema is not there any more; tasuki migrate makes one"
	wrongSetting = "the server or a pooler refuses a setting of the session; behind a pooler set Options.Pooled (on the command line ?pooled=true)"
)
