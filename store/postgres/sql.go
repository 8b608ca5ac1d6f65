package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// SQL is the same store for code that uses database/sql.
type SQL struct{ s *Store }

// SQL is the store for code that uses database/sql.
func (s *Store) SQL() SQL { return SQL{s} }

// DB is the store's pool as a *sql.DB, for the application's own statements. Close of
// the store ends it.
func (d SQL) DB() *sql.DB { return d.s.sqlDB() }

// EnqueueTx is [Store.EnqueueTx] in a transaction of database/sql, by whatever driver.
func (d SQL) EnqueueTx(ctx context.Context, tx *sql.Tx, jobs ...store.Job) error {
	return d.s.enqueueTx(ctx, foreign{tx, d.s.text}, "", jobs)
}

// Commit is [Store.Commit] with a transaction of database/sql, on a connection of the
// store's pool.
func (d SQL) Commit(ctx context.Context, fn func(*sql.Tx) error) error {
	var tx *sql.Tx
	begin := func(ctx context.Context) (u userTx, err error) {
		conn, err := d.DB().Conn(ctx)
		if err != nil {
			return u, err
		}
		l := newLife(ctx)
		err = l.under(ctx, func() error {
			tx, err = conn.BeginTx(l.ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
			return err
		})
		if err == nil && l.ctx.Err() != nil {
			err = ctx.Err() // it is rolled back
		}
		if err != nil {
			l.end()
			return u, errors.Join(err, conn.Close())
		}
		commit := func(ctx context.Context) error { return l.under(ctx, tx.Commit) }
		rollback := func() {
			ctx, cancel := d.s.last(ctx)
			defer cancel()
			l.under(ctx, tx.Rollback) // after the commit it does nothing
			conn.Close()
			l.end()
		}
		return userTx{foreign{tx, d.s.text}, commit, rollback}, nil
	}
	return d.s.commit(ctx, begin, func() error { return fn(tx) })
}

// A life is the context of a transaction of database/sql. It ends with no other: when
// it ends database/sql rolls back, beside whatever is done. BEGIN, COMMIT and ROLLBACK
// know no other context.
type life struct {
	ctx context.Context
	end context.CancelFunc
}

func newLife(ctx context.Context) life {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	return life{ctx, end}
}

// under runs one of them as if it took ctx: the end of that ends the transaction.
func (l life) under(ctx context.Context, do func() error) error {
	stop := context.AfterFunc(ctx, l.end)
	err := do()
	if !stop() {
		l.end() // by now, not soon
		if errors.Is(err, context.Canceled) {
			return ctx.Err()
		}
	}
	return err
}

// A foreign session is a transaction of database/sql, whose driver need not know
// arrays.
type foreign struct {
	tx   *sql.Tx
	text func(query) string
}

func (f foreign) do(ctx context.Context, calls ...*call) error {
	for _, c := range calls {
		if err := f.one(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (f foreign) one(ctx context.Context, c *call) error {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		args[i] = asText(a)
	}
	rows, err := f.tx.QueryContext(ctx, f.text(c.query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if c.row == nil {
			continue
		}
		if err := c.row(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

// asText is a value as every driver takes it: arrays as the server writes them.
func asText(v any) any {
	switch v := v.(type) {
	case []string:
		return arrayOf(v, quotedElement)
	case []*string:
		return arrayOf(v, func(s *string) string {
			if s == nil {
				return "NULL"
			}
			return quotedElement(*s)
		})
	case []*int32:
		return arrayOf(v, func(n *int32) string {
			if n == nil {
				return "NULL"
			}
			return fmt.Sprint(*n)
		})
	case []int16:
		return arrayOf(v, func(n int16) string { return fmt.Sprint(n) })
	case []int32:
		return arrayOf(v, func(n int32) string { return fmt.Sprint(n) })
	case []int64:
		return arrayOf(v, func(n int64) string { return fmt.Sprint(n) })
	case *string:
		if v == nil {
			return nil
		}
		return *v
	}
	return v
}

func arrayOf[T any](list []T, text func(T) string) string {
	elements := make([]string, len(list))
	for i, v := range list {
		elements[i] = text(v)
	}
	return "{" + strings.Join(elements, ",") + "}"
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quotedElement(s string) string { return `"` + escaper.Replace(s) + `"` }
