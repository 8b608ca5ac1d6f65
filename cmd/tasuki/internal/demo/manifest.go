package demo

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"iter"
	"time"
)

//go:embed sql/create.sql
var createSQL string

//go:embed sql/add.sql
var addSQL string

//go:embed sql/since.sql
var sinceSQL string

// A row is one line of the manifest: one file, read once.
type row struct {
	n       int64
	part    int
	place   place
	sum     []byte // SHA-256; nil if the file could not be read
	size    int64
	mtime   int64
	problem string
	worker  string
	at      time.Time
}

// A manifest is the table that the jobs write and the demo checks. It lies in
// the store's own file.
type manifest struct{ db *sql.DB }

func (m manifest) create(ctx context.Context) error {
	if _, err := m.db.ExecContext(ctx, createSQL); err != nil {
		return fmt.Errorf("make the manifest: %w", err)
	}
	return nil
}

// add writes a row in the transaction of the job's cursor.
func (r *row) add(ctx context.Context, tx *sql.Tx) error {
	var sum any // a nil slice would be stored as an empty one
	if r.sum != nil {
		sum = r.sum
	}
	_, err := tx.ExecContext(ctx, addSQL, r.part, []byte(r.place), sum, r.size, r.mtime, r.problem, r.worker, time.Now().UnixMicro())
	return err
}

// since yields the rows behind number n.
func (m manifest) since(ctx context.Context, n int64) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		rows, err := m.db.QueryContext(ctx, sinceSQL, n)
		if err != nil {
			yield(row{}, fmt.Errorf("read the manifest: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var r row
			var path []byte
			var at int64
			err := rows.Scan(&r.n, &r.part, &path, &r.sum, &r.size, &r.mtime, &r.problem, &r.worker, &at)
			r.place, r.at = place(path), time.UnixMicro(at)
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(row{}, fmt.Errorf("read the manifest: %w", err))
		}
	}
}
