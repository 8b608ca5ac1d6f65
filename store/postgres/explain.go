package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// explain adds to an error of opening what helps against it.
func explain(err error) error {
	if err == nil || strings.Contains(err.Error(), "(hint: ") {
		return wrap(err)
	}
	if hint := hintFor(err); hint != "" {
		return fmt.Errorf("postgres: %w (hint: %s)", err, hint)
	}
	return wrap(err)
}

func wrap(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "postgres: ") {
		return err
	}
	return fmt.Errorf("postgres: %w", err)
}

func hintFor(err error) string {
	switch code(err) {
	case "28P01", "28000":
		return "user, password or pg_hba.conf do not fit; try them with psql"
	case "3D000":
		return "create the database, or name another"
	case "42501":
		return "the user lacks rights; GRANT them, or run tasuki migrate as the owner"
	case "53300":
		return "the server has no connection left; raise max_connections, lower MaxConns, or put a pooler before it"
	case "57014":
		return "a statement took longer than statement_timeout lets it; raise it for this user"
	case "08P01", "42704", "22023":
		return "the server or a pooler refuses a setting of the session; behind a pooler set Options.Pooled"
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return "is the server running, and is the address right?"
	}
	return ""
}
