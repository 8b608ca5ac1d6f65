package sqlite

import (
	"context"
	"database/sql"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	markAddSQL  = text("mark_add")
	markTrimSQL = text("mark_trim")
	marksSQL    = text("marks")
)

// Mark writes one mark; see [store.Marker].
func (s *Store) Mark(ctx context.Context, m store.Mark) (store.Mark, error) {
	if err := m.Check(); err != nil {
		return store.Mark{}, err
	}
	var now int64
	err := s.write(ctx, "mark", func(tx session) error {
		now = s.now()
		if _, err := tx.exec(ctx, markAddSQL, now, m.Label, m.By); err != nil {
			return err
		}
		_, err := tx.exec(ctx, markTrimSQL, store.MaxMarks)
		return err
	})
	if err != nil {
		return store.Mark{}, err
	}
	m.At = micros(now)
	return m, nil
}

// Marks answers the newest marks; see [store.Marker].
func (s *Store) Marks(ctx context.Context, limit int) (marks []store.Mark, err error) {
	if limit <= 0 {
		limit = 100
	}
	err = s.read(ctx, "marks", func(q session) error {
		marks = nil
		rows, err := q.query(ctx, marksSQL, limit)
		return each(rows, err, func(r *sql.Rows) error {
			var m store.Mark
			var at int64
			err := r.Scan(&m.Label, &m.By, &at)
			m.At = micros(at)
			marks = append(marks, m)
			return err
		})
	})
	return marks, err
}
