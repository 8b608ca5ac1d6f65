package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// A session runs statements: the writer's connection, the readers, a transaction that
// reads, or a user's. Statements are constants of this package.
type session interface {
	exec(ctx context.Context, sql string, args ...any) (changed int64, err error)
	query(ctx context.Context, sql string, args ...any) (*sql.Rows, error)
}

// A userTx is a transaction that the user began.
type userTx struct{ tx *sql.Tx }

func (u userTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	return changes(u.tx.ExecContext(ctx, sql, args...))
}

func (u userTx) query(ctx context.Context, sql string, args ...any) (*sql.Rows, error) {
	return u.tx.QueryContext(ctx, sql, args...)
}

// A viewTx is a transaction that reads, each of its statements prepared once.
type viewTx struct {
	tx    *sql.Tx
	stmts map[string]*sql.Stmt // closed with tx
}

func (v viewTx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	return changes(v.tx.ExecContext(ctx, text, args...))
}

func (v viewTx) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s := v.stmts[text]
	if s == nil {
		var err error
		if s, err = v.tx.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		v.stmts[text] = s
	}
	return s.QueryContext(ctx, args...)
}

func changes(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// readers are connections beside the writer's, each statement prepared once on
// each.
type readers struct {
	db *sql.DB

	mu    sync.Mutex // owns stmts
	stmts map[string]*sql.Stmt
}

func (r *readers) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.stmts[text]; s != nil {
		return s, nil
	}
	s, err := r.db.PrepareContext(ctx, text)
	if err == nil {
		r.stmts[text] = s
	}
	return s, err
}

func (r *readers) exec(ctx context.Context, text string, args ...any) (int64, error) {
	s, err := r.prepared(ctx, text)
	if err != nil {
		return 0, err
	}
	return changes(s.ExecContext(ctx, args...))
}

func (r *readers) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := r.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (r *readers) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.stmts {
		s.Close()
	}
	r.stmts = map[string]*sql.Stmt{}
}

// each calls take for every row and closes rows.
func each(rows *sql.Rows, err error, take func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// errNoRow says that a query had no answer; it does not leave this package.
var errNoRow = errors.New("no row")

// one scans the only row into dest, or answers errNoRow.
func one(rows *sql.Rows, err error, dest ...any) error {
	found := false
	err = each(rows, err, func(r *sql.Rows) error {
		found = true
		return r.Scan(dest...)
	})
	if err == nil && !found {
		return errNoRow
	}
	return err
}
