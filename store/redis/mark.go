package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

var markScript = load("mark")

// Mark writes one mark; see [store.Marker]. Sidekiq's Web shows it too, to the minute.
func (s *Store) Mark(ctx context.Context, m store.Mark) (store.Mark, error) {
	if err := m.Check(); err != nil {
		return store.Mark{}, err
	}
	msg, err := s.run(ctx, markScript, []string{s.keys.marks()}, []string{s.clock()[1], strconv.Itoa(store.MaxMarks), m.By, m.Label})
	if err != nil {
		return store.Mark{}, fmt.Errorf("mark: %w", err)
	}
	us, err := msg.AsInt64()
	if err != nil {
		return store.Mark{}, fmt.Errorf("mark: %w", err)
	}
	m.At = moment(us)
	if err := s.deploy(ctx, m); err != nil {
		return store.Mark{}, fmt.Errorf("mark: %w", err)
	}
	return m, nil
}

// deploy writes the mark as Sidekiq does: one a minute, for 90 days.
func (s *Store) deploy(ctx context.Context, m store.Mark) error {
	b, key := s.client.B, m.At.Format("20060102")+"-marks"
	for _, r := range s.client.DoMulti(ctx,
		b().Hsetnx().Key(key).Field(m.At.Format("2006-01-02T15:04:00Z")).Value(m.Label).Build(),
		b().Expire().Key(key).Seconds(90*24*3600).Build()) {
		if err := skipWrong(r.Error()); err != nil {
			return err
		}
	}
	return nil
}

// Marks answers the newest marks; see [store.Marker].
func (s *Store) Marks(ctx context.Context, limit int) ([]store.Mark, error) {
	if limit <= 0 {
		limit = 100
	}
	texts, err := s.client.Do(ctx, s.client.B().Lrange().Key(s.keys.marks()).Start(0).Stop(int64(limit)-1).Build()).AsStrSlice()
	if err != nil {
		return nil, fmt.Errorf("marks: %w", explained(err))
	}
	var marks []store.Mark
	for _, text := range texts {
		part := strings.SplitN(text, "\n", 3)
		us, err := strconv.ParseInt(part[0], 10, 64)
		if err == nil && len(part) == 3 {
			marks = append(marks, store.Mark{At: moment(us), By: part[1], Label: part[2]})
		}
	}
	return marks, nil
}
