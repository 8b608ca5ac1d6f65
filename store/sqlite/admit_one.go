package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	oneIDSQL    = text("enqueue_one_id")
	oneJobSQL   = text("enqueue_one_job")
	oneReadySQL = text("enqueue_one_ready")
)

// simple says whether a job lies in its own row alone and nothing but a known id
// keeps it out.
func simple(j *store.Job) bool {
	return j.Unique == "" && j.Tick.Schedule == "" && len(j.Tags) == 0 && len(j.Args) <= longArgs
}

// admitSimple adds one simple job. That is the most common Enqueue of all, so it
// has the shortest way: three statements that answer no rows.
func (s *Store) admitSimple(ctx context.Context, tx session, j *store.Job) ([]store.Enqueued, error) {
	became := []store.Enqueued{{ID: j.ID, What: store.Added}}
	r := newRow(j, s.now())
	packed := packID(j.ID)
	n, err := tx.exec(ctx, oneIDSQL, packed)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		became[0].What = store.Known
		return became, nil
	}
	key := keyOf(j)
	add := func() (int64, error) {
		return tx.exec(ctx, oneJobSQL, packed, key.queue, key.kind, store.Format,
			r.State, r.Priority, r.Ord, r.Created, r.Trail, orNull(r.Args), moreOf(r))
	}
	if n, err = add(); err == nil && n == 0 {
		var lane int64
		rows, err2 := tx.query(ctx, laneAddSQL, key.queue, key.kind, store.Format)
		if err = one(rows, err2, &lane); err == nil {
			_, err = add()
		}
	}
	if err == nil && r.State == sqlstore.Ready {
		_, err = tx.exec(ctx, oneReadySQL)
	}
	return became, err
}
