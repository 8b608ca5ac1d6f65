package postgres

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	markSQL     = named("mark")
	markTrimSQL = named("mark_trim")
	marksSQL    = named("marks")
)

// Mark writes one mark; see [store.Marker].
func (s *Store) Mark(ctx context.Context, m store.Mark) (store.Mark, error) {
	if err := m.Check(); err != nil {
		return store.Mark{}, err
	}
	var at int64
	err := s.once(ctx, "mark", &call{query: markSQL, args: []any{m.Label, m.By}, row: func(r scanner) error { return r.Scan(&at) }},
		&call{query: markTrimSQL, args: []any{store.MaxMarks}})
	if err != nil {
		return store.Mark{}, err
	}
	m.At = sqlstore.Time(at)
	return m, nil
}

// Marks answers the newest marks; see [store.Marker].
func (s *Store) Marks(ctx context.Context, limit int) (marks []store.Mark, err error) {
	if limit <= 0 {
		limit = 100
	}
	c := &call{query: marksSQL, args: []any{limit}, row: func(r scanner) error {
		var m store.Mark
		var at int64
		err := r.Scan(&m.Label, &m.By, &at)
		m.At = sqlstore.Time(at)
		marks = append(marks, m)
		return err
	}}
	if err := s.once(ctx, "marks", c); err != nil {
		return nil, err
	}
	return marks, nil
}
