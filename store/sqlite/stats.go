package sqlite

import (
	"context"
	"database/sql"

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
func (s *Store) Stats(ctx context.Context) (stats store.Stats, err error) {
	err = s.snapshot(ctx, "stats", func(q session) error {
		stats, err = tally(ctx, q, s.now())
		return err
	})
	return stats, err
}

func tally(ctx context.Context, q session, now int64) (stats store.Stats, err error) {
	t := sqlstore.NewTally(now)
	if err := each1(q, pausedSQL, t.Pause); err != nil {
		return stats, err
	}
	rows, err := q.query(ctx, statsSQL, now)
	if err := each(rows, err, func(r *sql.Rows) error { return countLane(r, t, now) }); err != nil {
		return stats, err
	}
	rows, err = q.query(ctx, countsSQL)
	err = one(rows, err, &stats.Done, &stats.Failed)
	stats.Queues = t.Queues()
	return stats, err
}

// countLane adds the jobs of one lane in one state. Those whose lane is missing are in
// the queue without a name; ended ones whose state cannot be read are dead, as in a
// list; a time that cannot be read is now.
func countLane(r *sql.Rows, t *sqlstore.Tally, now int64) error {
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
	since, ok := asTime(oldest)
	if !ok {
		since = now
	}
	t.Count(name, state, n, since)
	return nil
}

func scanWorker(r *sql.Rows) (w store.Worker, err error) {
	var name, beat, info any
	if err := r.Scan(&name, &beat, &info); err != nil {
		return w, err
	}
	said, ok := asText(info)
	if !ok {
		said = ""
	}
	n, _ := asInteger(beat)
	known, _ := asText(name)
	return sqlstore.Worker(said, known, n), nil
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
