package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	snapshotSQL = query{"snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	beginSQL    = query{"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"}
	commitSQL   = query{"commit", "COMMIT"}
	rollbackSQL = query{"rollback", "ROLLBACK"}
)

// A tx is a transaction of the store's own. BEGIN goes with its first statements
// and COMMIT with its last ones, so that it takes no more round trips than it has
// answers to read.
type tx struct {
	native
	begin        query
	first        []*call // behind it
	begun, ended bool
}

func (t *tx) do(ctx context.Context, calls ...*call) error {
	if len(calls) == 0 {
		return nil
	}
	if !t.begun {
		t.begun = true
		calls = slices.Concat([]*call{{query: t.begin}}, t.first, calls)
	}
	return t.native.do(ctx, calls...)
}

// finish runs the last statements and commits.
func (t *tx) finish(ctx context.Context, calls ...*call) error {
	if !t.begun && len(calls) == 0 {
		t.ended = true
		return nil
	}
	err := t.do(ctx, append(calls, &call{query: commitSQL})...)
	t.ended = err == nil
	return err
}

// write runs do in a transaction; doing names it in errors. do may be run again
// where the server asks for that.
func (s *Store) write(ctx context.Context, doing string, do func(*tx) error) error {
	err := s.again(ctx, true, func() error { return s.transact(ctx, beginSQL, do) })
	return s.named(doing, err)
}

// snapshot is write for statements that only read, and must see one moment.
func (s *Store) snapshot(ctx context.Context, doing string, do func(*tx) error) error {
	err := s.again(ctx, false, func() error { return s.transact(ctx, snapshotSQL, do) })
	return s.named(doing, err)
}

func (s *Store) transact(ctx context.Context, begin query, do func(*tx) error) error {
	return s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		return (&tx{native: native{c.Conn(), s.text}, begin: begin}).run(ctx, c.Conn(), do)
	})
}

func (t *tx) run(ctx context.Context, c *pgx.Conn, do func(*tx) error) error {
	err := do(t)
	if err == nil && !t.ended {
		err = t.finish(ctx)
	}
	if err != nil && !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
		// What was sent in vain must not wait for a context that has ended.
		clean := context.WithoutCancel(ctx)
		if undo := t.native.do(clean, &call{query: rollbackSQL}); undo != nil {
			err = errors.Join(err, fmt.Errorf("rollback: %w", undo))
		}
	}
	return err
}

// once runs statements in one round trip, which is their transaction.
// What failed after rows of its answer were read is not run again: they would be
// read twice.
func (s *Store) once(ctx context.Context, doing string, calls ...*call) error {
	var late error
	err := s.again(ctx, false, func() error {
		err := s.run(ctx, calls)
		if err != nil && slices.ContainsFunc(calls, (*call).answered) {
			late = err
			return nil
		}
		return err
	})
	return s.named(doing, cmp.Or(late, err))
}

// run runs statements in their transaction. Where the server or the user's pool has
// another isolation for it, it is begun.
func (s *Store) run(ctx context.Context, calls []*call) error {
	if !s.strict {
		return native{s.pool, s.text}.do(ctx, calls...)
	}
	return s.transact(ctx, beginSQL, func(t *tx) error { return t.finish(ctx, calls...) })
}

// named says what was being done, and what helps.
func (s *Store) named(doing string, err error) error {
	if err == nil {
		return nil
	}
	if hint := s.hint(err); hint != "" && !strings.Contains(err.Error(), "(hint: ") {
		return fmt.Errorf("%s: %w (hint: %s)", doing, err, hint)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
