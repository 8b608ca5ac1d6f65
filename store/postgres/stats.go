package postgres

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

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
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	var c counting
	err := s.snapshot(ctx, "stats", func(t *tx) error {
		c = counting{queues: map[string]*store.QueueStats{}}
		return c.run(ctx, t)
	})
	return c.stats, err
}

// counting is one Stats under way.
type counting struct {
	now    int64
	queues map[string]*store.QueueStats
	stats  store.Stats
}

func (c *counting) run(ctx context.Context, t *tx) error {
	err := t.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&c.now) }},
		&call{query: countsSQL, row: func(r scanner) error { return r.Scan(&c.stats.Done, &c.stats.Failed) }},
		&call{query: pausedSQL, row: func(r scanner) error {
			var name string
			err := r.Scan(&name)
			c.queue(name).Paused = true
			return err
		}})
	if err != nil {
		return err
	}
	if err := t.do(ctx, &call{query: statsSQL, args: []any{c.now}, row: c.count}); err != nil {
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
func (c *counting) count(r scanner) error {
	var queue string
	var state int16
	var n int
	var oldest int64
	if err := r.Scan(&queue, &state, &n, &oldest); err != nil {
		return err
	}
	name := sqlstore.StateNames[state]
	q := c.queue(queue)
	q.Counts[name] += n
	if name == store.Ready {
		q.Latency = max(q.Latency, time.Duration(c.now-oldest)*time.Microsecond)
	}
	return nil
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

// readWorker reads a worker. What the store goes by when it is released, name and
// beat, has columns of its own, so that it can be even if nothing else can be read.
func readWorker(r scanner) (w store.Worker, err error) {
	var name, info string
	var beat, started, beaten int64
	if err := r.Scan(&name, &beat, &started, &beaten, &info); err != nil {
		return w, err
	}
	if json.Unmarshal([]byte(info), &w) != nil {
		w = store.Worker{State: store.Working, Tag: "what it says of itself cannot be read"}
	}
	w.Name, w.Beat = name, uint64(beat)
	w.StartedAt, w.BeatAt = sqlstore.Time(started), sqlstore.Time(beaten)
	return w, nil
}
