package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
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

// count adds the jobs of one lane in one state. Those whose lane is missing are in
// the queue without a name; ended ones whose state cannot be read are dead, as in a
// list.
func (c *counting) count(r *sql.Rows) error {
	var queue, stored, oldest any
	var n int
	if err := r.Scan(&queue, &stored, &n, &oldest); err != nil {
		return err
	}
	name, _ := asText(queue)
	state, known := asInteger(stored)
	if !known || state < sqlstore.Scheduled || state > sqlstore.Cancelled {
		state = sqlstore.Dead
	}
	q := c.queue(name)
	q.Counts[sqlstore.StateNames[state]] += n
	if since, ok := asTime(oldest); ok && sqlstore.StateNames[state] == store.Ready {
		q.Latency = max(q.Latency, time.Duration(c.now-since)*time.Microsecond)
	}
	return nil
}

// scanWorker reads a worker. What the store goes by when it is released, name and beat,
// has columns of its own, so that it can be even if nothing else can be read.
func scanWorker(r *sql.Rows) (w store.Worker, err error) {
	var name, beat, info any
	if err := r.Scan(&name, &beat, &info); err != nil {
		return w, err
	}
	if text, ok := asText(info); !ok || json.Unmarshal([]byte(text), &w) != nil {
		w = store.Worker{State: store.Working, Tag: "what it says of itself cannot be read"}
	}
	n, _ := asInteger(beat)
	w.Beat = uint64(n)
	w.Name, _ = asText(name)
	return w, nil
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
			w, err := scanWorker(r)
			workers = append(workers, w)
			return err
		})
	})
	return workers, err
}
