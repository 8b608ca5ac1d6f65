package postgres

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// SQLSTATEs.
const (
	codeUnique        = "23505" // unique_violation
	codeSerialization = "40001" // serialization_failure
	codeDeadlock      = "40P01" // deadlock_detected
	codeUnsupported   = "0A000" // a prepared statement whose columns are others now
	codeNoStatement   = "26000" // a prepared statement that a pooler has elsewhere
	codeReadOnly      = "25006" // read_only_sql_transaction
	codeCancelled     = "57014" // query_canceled
	codeUnknown       = "40003" // statement_completion_unknown
	codeNoRoom        = "53300" // too_many_connections
	codeLocked        = "55P03" // lock_not_available
)

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

func isUnique(err error) bool { return code(err) == codeUnique }

// refuses says whether the server answered that a statement did not work, and has undone
// it for certain.
func refuses(err error) bool {
	c := code(err)
	return c != "" && c != codeUnknown && !unreachable(err)
}

// unreachable says whether a server cannot be worked with for now: it is away, or
// starts or stops, or has no room for another connection.
func unreachable(err error) bool {
	if err == nil {
		return false
	}
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		class := answered.Code[:min(len(answered.Code), 2)]
		return class == "08" || class == "57" && answered.Code != codeCancelled || answered.Code == codeNoRoom || answered.Code == codeReadOnly
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// tries is how often a transaction is run that the server undid for no fault of its
// own.
const tries = 5

// again runs do again as long as the server, or a connection that broke before it was
// used, asks for that. conflicts says that a unique violation asks for that too: a
// transaction looks at what is there first, and then sees what came in between.
func (s *Store) again(ctx context.Context, conflicts bool, do func() error) error {
	for n, made := 0, 0; ; n++ {
		err := do()
		var lanes *noLanes
		if errors.As(err, &lanes) && made < maxLaneCalls {
			if err = s.once(ctx, "add lanes", lanes.of.addLanes()); err == nil {
				made, n = made+1, n-1
				continue
			}
		}
		if err == nil || ctx.Err() != nil || n+1 >= tries || !s.retriable(err, conflicts) {
			return err
		}
		if !loop.Rest(ctx, time.Duration(rand.Int64N(int64(n+1)*int64(5*time.Millisecond)))) {
			return err
		}
	}
}

// maxLaneCalls bounds how often one call makes lanes.
const maxLaneCalls = 1000

func (s *Store) retriable(err error, conflicts bool) bool {
	switch code(err) {
	case codeSerialization, codeDeadlock, codeUnsupported, codeNoStatement:
		return true
	case codeUnique:
		return conflicts
	case codeReadOnly:
		s.reset() // the server became a replica; the next connections find the other
		return false
	}
	return pgconn.SafeToRetry(err)
}
