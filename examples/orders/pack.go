package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

// An orderLine is an item of the job that packs an order.
type orderLine struct {
	line
	Number int
	Last   bool // of its order
}

// packer packs an order line by line. Whatever happens to the worker, each line is
// taken from the shelf once: what it took and how far the job is are one transaction,
// which holds only as long as the job is this worker's. The receipt goes into the
// transaction of the last line: it is mailed if and only if the order is packed.
func (s *shop) packer() tasuki.Handler {
	return tasuki.Each(packings, s.lines, func(ctx context.Context, p Packing, l source.Row[orderLine]) error {
		return s.jobs.Commit(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO taken VALUES ($1, $2)
				ON CONFLICT (article) DO UPDATE SET pieces = taken.pieces + excluded.pieces`, l.Value.Article, l.Value.Pieces)
			if err != nil || !l.Value.Last {
				return err
			}
			var email string
			err = tx.QueryRow(ctx, "UPDATE orders SET packed = true WHERE number = $1 RETURNING email", p.Order).Scan(&email)
			if err != nil {
				return err
			}
			return s.jobs.EnqueueTx(ctx, tx, mails.Job(Mail{email, fmt.Sprintf("Your order %d is packed.", p.Order)}))
		})
	})
}

// lines are an order's lines. They are read by pages, so an order may have any number.
func (s *shop) lines(p Packing) source.Of[source.Keyset, orderLine] {
	return source.Table[orderLine]{
		DB:      s.jobs.SQL().DB(),
		Dialect: source.PostgreSQL,
		Columns: "line, article, pieces, line = (SELECT max(line) FROM lines l WHERE l.number = lines.number)",
		From:    "lines",
		Where:   "number = $1",
		Args:    []any{p.Order},
		Keys:    []source.Key{{Column: "line"}},
		Scan: func(s source.Scanner, l *orderLine) error {
			return s.Scan(&l.Number, &l.Article, &l.Pieces, &l.Last)
		},
	}.Rows()
}

// mailer sends mails. The world outside knows no transactions: after a kill between
// sending and the job's end the mail is sent again.
func (s *shop) mailer() tasuki.Handler {
	return mails.Do(func(ctx context.Context, m Mail) error { return s.mail(ctx, m.To, m.Text) })
}
