package postgres

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	statsSQL   = named("stats")
	countsSQL  = named("stats_counts")
	pausedSQL  = named("paused")
	workersSQL = named("workers")
)

// Stats counts jobs; see [store.Inspector].
func (s *Store) Stats(ctx context.Context) (stats store.Stats, err error) {
	err = s.snapshot(ctx, "stats", func(t *tx) error {
		stats, err = tally(ctx, t)
		return err
	})
	return stats, err
}

func tally(ctx context.Context, t *tx) (stats store.Stats, err error) {
	var now int64
	err = t.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&now) }},
		&call{query: countsSQL, row: func(r scanner) error { return r.Scan(&stats.Done, &stats.Failed) }})
	if err != nil {
		return stats, err
	}
	count := sqlstore.NewTally(now)
	err = t.do(ctx, &call{query: pausedSQL, row: func(r scanner) error {
		var name string
		err := r.Scan(&name)
		count.Pause(name)
		return err
	}}, &call{query: statsSQL, args: []any{now}, row: func(r scanner) error {
		var queue string
		var state, n, oldest int64
		err := r.Scan(&queue, &state, &n, &oldest)
		if err == nil {
			count.Count(queue, state, int(n), oldest)
		}
		return err
	}})
	stats.Queues = count.Queues()
	return stats, err
}

// Workers answers the known workers; see [store.Inspector].
func (s *Store) Workers(ctx context.Context, req store.WorkersRequest) (workers []store.Worker, err error) {
	var limit *int
	if req.Limit > 0 {
		limit = &req.Limit
	}
	c := &call{query: workersSQL, args: []any{req.After, limit}, row: func(r scanner) error {
		w, err := readWorker(r)
		workers = append(workers, w)
		return err
	}}
	if err := s.once(ctx, "workers", c); err != nil {
		return nil, err
	}
	return workers, nil
}

func readWorker(r scanner) (store.Worker, error) {
	var name, info string
	var beat, started, beaten int64
	err := r.Scan(&name, &beat, &started, &beaten, &info)
	w := sqlstore.Worker(info, name, beat)
	w.StartedAt, w.BeatAt = sqlstore.Time(started), sqlstore.Time(beaten)
	return w, err
}
