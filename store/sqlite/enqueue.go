package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	startSQL     = text("enqueue_start")
	takeIDSQL    = rowsOf(text("enqueue_id"), 1)
	takeIDsSQL   = rowsOf(text("enqueue_id"), admitAtOnce)
	addSQL       = rowsOf(text("enqueue_job"), 1)
	addManySQL   = rowsOf(text("enqueue_job"), admitAtOnce)
	readyFromSQL = text("enqueue_ready")
	readyAddSQL  = text("ready_add")
	laneAddSQL   = text("lane_add")
)

// admitAtOnce is how many plain jobs one statement adds.
const admitAtOnce = 25

// Enqueue puts jobs into the store; see [store.Producer].
func (s *Store) Enqueue(ctx context.Context, jobs []store.Job) (became []store.Enqueued, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	if err := sqlstore.CheckJobs(jobs, s.options.MaxPayload); err != nil {
		return nil, err
	}
	err = s.write(ctx, "enqueue", func(tx session) error {
		became, err = s.admit(ctx, tx, jobs)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.stir()
	return became, nil
}

// admit adds checked jobs in their order.
func (s *Store) admit(ctx context.Context, tx session, jobs []store.Job) ([]store.Enqueued, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	if len(jobs) == 1 && simple(&jobs[0]) {
		return s.admitSimple(ctx, tx, &jobs[0])
	}
	d := door{tx: tx, now: s.now(), became: make([]store.Enqueued, 0, len(jobs)), lanes: map[laneKey]int64{}}
	if err := d.open(ctx, &jobs[0]); err != nil {
		return nil, err
	}
	for len(jobs) > 0 {
		n := 1
		if len(jobs) >= admitAtOnce && plain(jobs[:admitAtOnce]) {
			n = admitAtOnce
		}
		if err := d.admit(ctx, jobs[:n]); err != nil {
			return nil, fmt.Errorf("job %q: %w", jobs[0].ID, err)
		}
		jobs = jobs[n:]
	}
	return d.became, d.close(ctx)
}

// plain says whether nothing but a known id keeps any of these out.
func plain(jobs []store.Job) bool {
	for i := range jobs {
		if jobs[i].Unique != "" || jobs[i].Tick.Schedule != "" {
			return false
		}
	}
	return true
}

// A laneKey names a lane of this version's format.
type laneKey struct{ queue, kind string }

// A door is where jobs come in, for one transaction.
type door struct {
	tx     session
	now    int64
	first  int64 // seq of the first job
	next   int64 // and of the next
	ready  []place
	lanes  map[laneKey]int64
	became []store.Enqueued
}

// open reads where the seqs stand, and the lane of the first job with it.
func (d *door) open(ctx context.Context, j *store.Job) error {
	var lane sql.NullInt64
	key := keyOf(j)
	rows, err := d.tx.query(ctx, startSQL, key.queue, key.kind, store.Format)
	if err := one(rows, err, &d.first, &lane); err != nil {
		return err
	}
	d.next = d.first
	if lane.Valid {
		d.lanes[key] = lane.Int64
	}
	return nil
}

func keyOf(j *store.Job) laneKey { return laneKey{sqlstore.QueueOf(j), j.Kind} }

// lane is the lane of a job, made if it is the first there.
func (d *door) lane(ctx context.Context, j *store.Job) (int64, error) {
	key := keyOf(j)
	if lane, ok := d.lanes[key]; ok {
		return lane, nil
	}
	var next int64
	var lane sql.NullInt64
	rows, err := d.tx.query(ctx, startSQL, key.queue, key.kind, store.Format)
	err = one(rows, err, &next, &lane)
	if err == nil && !lane.Valid {
		rows, err = d.tx.query(ctx, laneAddSQL, key.queue, key.kind, store.Format)
		err = one(rows, err, &lane)
	}
	d.lanes[key] = lane.Int64
	return lane.Int64, err
}

// close makes claimable what came in ready.
func (d *door) close(ctx context.Context) error {
	if len(d.ready) > 3 {
		_, err := d.tx.exec(ctx, readyFromSQL, d.first, d.next)
		return err
	}
	for _, p := range d.ready {
		if _, err := d.tx.exec(ctx, readyAddSQL, p.lane, p.priority, p.ord, p.seq); err != nil {
			return err
		}
	}
	return nil
}
