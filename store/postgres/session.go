package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// A call is one statement to be run.
type call struct {
	query   query
	args    []any
	row     func(scanner) error // takes each row of the answer; nil: there are none to read
	changed int64               // rows that it wrote
	rows    int                 // that were taken
}

func (c *call) answered() bool { return c.rows > 0 }

// A scanner is the row of an answer that is being read.
type scanner interface{ Scan(dest ...any) error }

// A session runs statements: several in one round trip where it can. In the texts it
// sends names stand in its schema.
type session interface {
	do(ctx context.Context, calls ...*call) error
}

// A conn is what pgx has for statements: a pool, a connection, a transaction.
type conn interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// A native session is one by pgx. A pool's call is a transaction of its own, and so
// are several of one round trip together.
type native struct {
	conn conn
	text func(query) string
}

func (n native) do(ctx context.Context, calls ...*call) error {
	if len(calls) == 1 {
		rows, err := n.conn.Query(ctx, n.text(calls[0].query), calls[0].args...)
		return calls[0].read(rows, err)
	}
	var b pgx.Batch
	for _, c := range calls {
		b.Queue(n.text(c.query), c.args...)
	}
	results := n.conn.SendBatch(ctx, &b)
	for _, c := range calls {
		rows, err := results.Query()
		if err := c.read(rows, err); err != nil {
			results.Close()
			return err
		}
	}
	return results.Close()
}

// read takes the answer of a call.
func (c *call) read(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if c.row == nil {
			continue
		}
		c.rows++
		if err := c.row(rows); err != nil {
			return err
		}
	}
	rows.Close()
	c.changed = rows.CommandTag().RowsAffected()
	return rows.Err()
}

// one is the row of a call that answers one at most; found says whether it did.
func one(found *bool, dest ...any) func(scanner) error {
	return func(r scanner) error {
		*found = true
		return r.Scan(dest...)
	}
}
