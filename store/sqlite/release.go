package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
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
	beaten int64 // when it beat last
	died   bool  // its jobs may be to blame
	reply  store.ReleaseReply
}

func (l *releasing) run(ctx context.Context, tx session) error {
	l.mover, l.reply = mover{tx: tx, now: l.store.now()}, store.ReleaseReply{}
	var state, beaten any
	rows, err := tx.query(ctx, releaseWorkerSQL, l.req.Worker, int64(l.req.Beat))
	if err := one(rows, err, &l.worker, &state, &beaten); err != nil {
		if err == errNoRow {
			err = nil
		}
		return err
	}
	l.reply.Released = true
	l.beaten, _ = asTime(beaten)
	said, known := asText(state) // of who cannot be understood, no death counts
	l.died = l.req.MaxDeaths > 0 && known && said != string(store.Stopping) && said != string(store.Leaving)
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

// anew forgets the deaths of a job whose cursor moved since the last one.
func (l *releasing) anew(ctx context.Context, r *row) error {
	if r.more.Deaths == 0 {
		return nil
	}
	rows, err := l.mover.tx.query(ctx, lastRunSQL, r.seq)
	return each(rows, err, func(q *sql.Rows) error {
		var cursor []byte
		err := q.Scan(&cursor)
		if !bytes.Equal(cursor, r.cursor) {
			r.more.Deaths = 0
		}
		return err
	})
}

// release takes one job back, to the front, or to its end if it killed too many
// workers or was to be cancelled.
func (l *releasing) release(ctx context.Context, r *row) error {
	now := l.mover.now
	back := store.Released{ID: string(r.id), Kind: r.kind, Cursor: r.cursor != nil}
	if r.claimed.Valid {
		back.Ran = time.Duration(max(0, l.beaten-r.claimed.Int64)) * time.Microsecond
	}
	if err := l.mover.lift(ctx, r); err != nil {
		return err
	}
	if err := l.anew(ctx, r); err != nil {
		return err
	}
	if err := l.mover.noteRun(ctx, r, l.req.Worker, l.req.Why); err != nil {
		return err
	}
	r.more.Releases++
	r.state, r.ord = ready, now-front
	if l.died {
		r.more.Deaths++
	}
	if l.died && !r.cancelling && r.more.Deaths >= l.req.MaxDeaths {
		r.end(dead, now, fmt.Sprintf("%d workers died running it, the last: %s", r.more.Deaths, l.req.Why))
	}
	if err := l.mover.settle(ctx, r); err != nil {
		return err
	}
	back.State = stateNames[r.state]
	l.reply.Jobs = append(l.reply.Jobs, back)
	return nil
}
