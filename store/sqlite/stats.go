package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	statsSQL   = text("stats")
	countsSQL  = text("stats_counts")
	pausedSQL  = text("paused")
	workersSQL = text("workers")
)

// Stats counts jobs; see [store.Inspector].
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	var c counting
	err := s.snapshot(ctx, "stats", func(q session) error {
		c = counting{now: s.now(), queues: map[string]*store.QueueStats{}}
		return c.run(ctx, q)
	})
	return c.stats, err
}

// counting is one Stats under way.
type counting struct {
	now    int64
	queues map[string]*store.QueueStats
	stats  store.Stats
}

func (c *counting) run(ctx context.Context, q session) error {
	err := each1(q, pausedSQL, func(name string) { c.queue(name).Paused = true })
	if err != nil {
		return err
	}
	rows, err := q.query(ctx, statsSQL, c.now)
	if err := each(rows, err, c.count); err != nil {
		return err
	}
	rows, err = q.query(ctx, countsSQL)
	if err := one(rows, err, &c.stats.Done, &c.stats.Failed); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.queues)) {
		c.stats.Queues = append(c.stats.Queues, *c.queues[name])
	}
	return nil
}

func (c *counting) queue(name string) *store.QueueStats {
	if c.queues[name] == nil {
		c.queues[name] = &store.QueueStats{Name: name, Counts: map[store.State]int{}}
	}
	return c.queues[name]
}

// count adds the jobs of one lane in one state.
func (c *counting) count(r *sql.Rows) error {
	var name string
	var state, n int
	var oldest int64
	if err := r.Scan(&name, &state, &n, &oldest); err != nil {
		return err
	}
	q := c.queue(name)
	q.Counts[stateNames[state]] += n
	if stateNames[state] == store.Ready {
		q.Latency = max(q.Latency, time.Duration(c.now-oldest)*time.Microsecond)
	}
	return nil
}

// Workers answers the known workers; see [store.Inspector].
func (s *Store) Workers(ctx context.Context, req store.WorkersRequest) (workers []store.Worker, err error) {
	limit := req.Limit
	if limit <= 0 {
		limit = -1
	}
	err = s.read(ctx, "workers", func(q session) error {
		workers = nil
		rows, err := q.query(ctx, workersSQL, req.After, limit)
		return each(rows, err, func(r *sql.Rows) error {
			var w store.Worker
			var info []byte
			if err := r.Scan(&info); err != nil {
				return err
			}
			if err := json.Unmarshal(info, &w); err != nil {
				return fmt.Errorf("a worker's row: %w", err)
			}
			workers = append(workers, w)
			return nil
		})
	})
	return workers, err
}
