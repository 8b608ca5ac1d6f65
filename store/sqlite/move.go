package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	moveLiveSQL  = text("move_live")
	moveEndedSQL = text("move_ended")
	cancelSQL    = text("job_cancel")
	moreOfSQL    = text("job_more")
	lastSeqSQL   = text("last_seq")
	reviveSQL    = text("job_revive")
)

// moveAtOnce is how many jobs one transaction of Move moves.
const moveAtOnce = 500

// Move brings the selected jobs to another state; see [store.Admin]. Many jobs
// are moved in several transactions, so that others get their turn in between.
func (s *Store) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	way, ok := moves[req.To]
	if !ok {
		return 0, fmt.Errorf("move to %q: no such way: %w", req.To, store.ErrInvalid)
	}
	if req.Filter.Empty() {
		return 0, nil
	}
	moved := 0
	for _, from := range []struct {
		sql string
		way func(*moving, context.Context, *row) (bool, error)
	}{{moveLiveSQL, way.live}, {moveEndedSQL, way.ended}} {
		if from.way == nil {
			continue
		}
		m := moving{store: s, req: &req, sql: from.sql, way: from.way}
		n, err := m.all(ctx)
		if moved += n; err != nil {
			return moved, err
		}
	}
	if moved > 0 {
		s.ears.wake()
	}
	return moved, nil
}

// A way is what Move does with live and with ended jobs; nil: nothing.
type way struct {
	live, ended func(*moving, context.Context, *row) (bool, error)
}

var moves = map[store.State]way{
	store.Ready:     {live: (*moving).toReady, ended: (*moving).revive},
	store.Dead:      {live: (*moving).toEnd},
	store.Cancelled: {live: (*moving).toEnd},
	store.Deleted:   {live: (*moving).toNothing, ended: (*moving).endedToNothing},
}

// moving is one Move through one of the tables.
type moving struct {
	store *Store
	req   *store.MoveRequest
	sql   string
	way   func(*moving, context.Context, *row) (bool, error)
	mover mover
	after int64 // seq up to which all is moved
	until int64 // and where the table ended when the move began
}

// all moves in steps, up to the job that was the last when it began.
func (m *moving) all(ctx context.Context) (moved int, err error) {
	for {
		n, end := 0, false
		err := m.store.write(ctx, "move", func(tx session) error {
			n, end, err = m.step(ctx, tx)
			return err
		})
		if err != nil {
			return moved, err
		}
		if moved += n; end {
			return moved, nil
		}
	}
}

func (m *moving) step(ctx context.Context, tx session) (moved int, end bool, err error) {
	m.mover = mover{tx: tx, now: m.store.now()}
	rows, err := m.rows(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, r := range rows {
		is, err := m.way(m, ctx, r)
		if err != nil {
			return 0, false, fmt.Errorf("job %q: %w", r.id, err)
		}
		if is {
			moved++
		}
	}
	if len(rows) > 0 {
		m.after = rows[len(rows)-1].seq
	}
	return moved, len(rows) < moveAtOnce, m.mover.close(ctx)
}

// rows are the next selected jobs. Those enqueued since the move began are left
// out, or it would never end.
func (m *moving) rows(ctx context.Context) (found []*row, err error) {
	if m.until == 0 {
		rows, err := m.mover.tx.query(ctx, lastSeqSQL)
		if err := one(rows, err, &m.until); err != nil {
			return nil, err
		}
	}
	sel := newSelection(&m.req.Filter, m.mover.now)
	rows, err := m.mover.tx.query(ctx, sel.apply(m.sql), sel.in(m.after, m.until, moveAtOnce)...)
	err = each(rows, err, func(q *sql.Rows) error {
		r := &row{}
		found = append(found, r)
		return q.Scan(append([]any{&r.id}, r.changeable()...)...)
	})
	return found, err
}

// toReady makes a job that waits ready now.
func (m *moving) toReady(ctx context.Context, r *row) (bool, error) {
	if r.state != scheduled && r.state != retry || r.ord <= m.mover.now {
		return false, nil
	}
	return true, m.place(ctx, r, func() { r.state, r.ord = ready, m.mover.now })
}

// place brings a job to another place.
func (m *moving) place(ctx context.Context, r *row, change func()) error {
	if err := m.mover.lift(ctx, r); err != nil {
		return err
	}
	change()
	if err := m.note(ctx, r); err != nil {
		return err
	}
	return m.mover.put(ctx, r)
}

// toEnd ends a job that does not run, and tells one that does.
func (m *moving) toEnd(ctx context.Context, r *row) (bool, error) {
	to := int64(cancelled)
	if m.req.To == store.Dead {
		to = dead
	}
	if r.worker.Valid {
		return to == cancelled, m.cancel(ctx, r, to)
	}
	return true, m.place(ctx, r, func() { r.end(to, m.mover.now, m.req.Why) })
}

// cancel leaves a running job to its worker's next beat.
func (m *moving) cancel(ctx context.Context, r *row, to int64) error {
	if to != cancelled {
		return nil
	}
	r.more.Why = clean(m.req.Why)
	if _, err := m.mover.tx.exec(ctx, moreOfSQL, r.seq, r.more.stored()); err != nil {
		return err
	}
	_, err := m.mover.tx.exec(ctx, cancelSQL, r.worker.Int64, r.token.Int64, r.seq)
	return err
}

func (m *moving) toNothing(ctx context.Context, r *row) (bool, error) {
	if r.worker.Valid {
		return false, nil
	}
	if err := m.mover.lift(ctx, r); err != nil {
		return false, err
	}
	return true, m.mover.drop(ctx, r)
}

func (m *moving) endedToNothing(ctx context.Context, r *row) (bool, error) {
	return true, m.mover.dropEnded(ctx, r)
}

// revive makes an ended job start anew, unless another holds its unique key.
func (m *moving) revive(ctx context.Context, r *row) (bool, error) {
	if r.state == done {
		return false, nil
	}
	r.more.Attempts, r.more.Deaths, r.more.Why = 0, 0, ""
	n, err := m.mover.tx.exec(ctx, reviveSQL, r.seq, m.mover.now)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := m.mover.tx.exec(ctx, endedDeleteSQL, r.seq); err != nil {
		return false, err
	}
	r.state, r.ord = ready, m.mover.now
	if err := m.note(ctx, r); err != nil {
		return false, err
	}
	return true, m.mover.put(ctx, r)
}

// note writes into the journal why a person moved the job.
func (m *moving) note(ctx context.Context, r *row) error {
	if m.req.Why == "" {
		return nil
	}
	now := micros(m.mover.now)
	return m.mover.note(ctx, r, store.Run{From: now, Until: now, Why: m.req.Why})
}
