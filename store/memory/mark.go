package memory

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// Mark writes one mark; see [store.Marker].
func (s *Store) Mark(ctx context.Context, m store.Mark) (store.Mark, error) {
	if !s.features.Marks {
		return store.Mark{}, unsupported("mark")
	}
	if err := m.Check(); err != nil {
		return store.Mark{}, err
	}
	if err := s.enter(ctx, "mark"); err != nil {
		return store.Mark{}, err
	}
	defer s.mu.Unlock()
	m.At = s.now()
	s.marks = append(s.marks, m)
	if old := len(s.marks) - store.MaxMarks; old > 0 {
		s.marks = slices.Delete(s.marks, 0, old)
	}
	return m, nil
}

// Marks answers the newest marks; see [store.Marker].
func (s *Store) Marks(ctx context.Context, limit int) ([]store.Mark, error) {
	if !s.features.Marks {
		return nil, unsupported("marks")
	}
	if err := s.enter(ctx, "marks"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if limit <= 0 {
		limit = 100
	}
	marks := slices.Clone(s.marks[max(0, len(s.marks)-limit):])
	slices.Reverse(marks)
	return marks, nil
}
