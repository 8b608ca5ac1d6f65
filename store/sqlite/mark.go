package sqlite

import (
	"context"
	"database/sql"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
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
	m.At = sqlstore.Time(now)
	return m, nil
}

// Marks answers the newest marks; see [store.Marker]. Those that cannot be read are
// left out.
func (s *Store) Marks(ctx context.Context, limit int) (marks []store.Mark, err error) {
	if limit <= 0 {
		limit = 100
	}
	err = s.read(ctx, "marks", func(q session) error {
		marks = nil
		rows, err := q.query(ctx, marksSQL)
		if err != nil {
			return err
		}
		defer rows.Close()
		for len(marks) < limit && rows.Next() {
			m, ok, err := scanMark(rows)
			if err != nil {
				return err
			}
			if ok {
				marks = append(marks, m)
			}
		}
		return rows.Err()
	})
	return marks, err
}

// scanMark reads a mark; false: it is nothing that Mark would have written.
func scanMark(rows *sql.Rows) (m store.Mark, ok bool, err error) {
	var label, by, at any
	if err := rows.Scan(&label, &by, &at); err != nil {
		return m, false, err
	}
	var isLabel, isBy bool
	m.Label, isLabel = asText(label)
	m.By, isBy = asText(by)
	us, isTime := asTime(at)
	m.At = sqlstore.Time(us)
	return m, isLabel && isBy && isTime && m.Check() == nil, nil
}
