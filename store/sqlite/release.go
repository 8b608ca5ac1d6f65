package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	releaseWorkerSQL = text("release_worker")
	lastRunSQL       = text("run_last")
	heldSeqsSQL      = text("release_held")
	dropWorkerSQL    = text("worker_delete")
	dropOrdersSQL    = text("orders_delete")
	dropClaimsSQL    = text("claims_delete")
	keepCountsSQL    = text("worker_counts")
)

// Release takes back what a dead worker held; see [store.Keeper]. It leaves
// nothing out.
func (s *Store) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	l := releasing{store: s, req: &req}
	if err := s.write(ctx, "release", func(tx session) error { return l.run(ctx, tx) }); err != nil {
		return store.ReleaseReply{}, err
	}
	if len(l.reply.Jobs) > 0 {
		s.stir()
	}
	return l.reply, nil
}

// releasing is one Release under way.
type releasing struct {
	store  *Store
	req    *store.ReleaseRequest
	mover  mover
	worker int64
	death  sqlstore.Death
	reply  store.ReleaseReply
}

func (l *releasing) run(ctx context.Context, tx session) error {
	l.mover, l.reply = mover{tx: tx, now: l.store.now()}, store.ReleaseReply{}
	if found, err := l.find(ctx); err != nil || !found {
		return err
	}
	l.reply.Released = true
	held, err := changeableShape.all(tx.query(ctx, heldSeqsSQL, l.worker))
	if err != nil {
		return err
	}
	for _, r := range held {
		if err := l.release(ctx, r); err != nil {
			return err
		}
	}
	for _, text := range []string{keepCountsSQL, dropOrdersSQL, dropClaimsSQL, dropWorkerSQL} {
		if _, err := tx.exec(ctx, text, l.worker); err != nil {
			return err
		}
	}
	return nil
}

// find looks for the worker, if its beat is the one that was seen.
func (l *releasing) find(ctx context.Context) (found bool, err error) {
	var state, beaten any
	rows, err := l.mover.tx.query(ctx, releaseWorkerSQL, l.req.Worker, int64(l.req.Beat))
	if err := one(rows, err, &l.worker, &state, &beaten); err != nil {
		if err == errNoRow {
			err = nil
		}
		return false, err
	}
	at, _ := asTime(beaten)
	said, known := asText(state)
	if !known {
		said = string(store.Stopping) // of who cannot be understood, no death counts
	}
	l.death = sqlstore.NewDeath(l.req, store.WorkerState(said), at, l.mover.now)
	return true, nil
}

// release takes one job back.
func (l *releasing) release(ctx context.Context, r *row) error {
	if err := l.mover.lift(ctx, r); err != nil {
		return err
	}
	last, err := l.last(ctx, r)
	if err != nil {
		return err
	}
	line, back := l.death.Release(&r.Job, last)
	if err := l.mover.note(ctx, &line); err != nil {
		return err
	}
	if err := l.mover.put(ctx, r); err != nil {
		return err
	}
	back.State = sqlstore.StateNames[r.State] // one that nobody could claim is dead
	l.reply.Jobs = append(l.reply.Jobs, back)
	return nil
}

// last is where a job that has deaths stood at the end of its last run.
func (l *releasing) last(ctx context.Context, r *row) (cursor json.RawMessage, err error) {
	if cursor = r.Cursor; r.More.Deaths == 0 {
		return cursor, nil
	}
	rows, err := l.mover.tx.query(ctx, lastRunSQL, r.Seq)
	err = each(rows, err, func(q *sql.Rows) error { return q.Scan((*[]byte)(&cursor)) })
	return cursor, err
}
