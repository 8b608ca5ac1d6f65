package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	cancelSQL      = text("job_cancel")
	moreOfSQL      = text("job_more")
	reviveSQL      = text("job_revive")
	moveRunningSQL = text("move_running")
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
		table *table
		one   step
	}{{&liveTable, way.live}, {&endedTable, way.ended}} {
		if from.one == nil {
			continue
		}
		m := moving{store: s, req: &req, table: from.table, one: from.one}
		n, err := m.all(ctx)
		if moved += n; err != nil {
			return moved, err
		}
	}
	if moved > 0 {
		s.stir()
	}
	return moved, nil
}

// A step moves one job, or answers false if it stays.
type step func(*moving, context.Context, *row) (bool, error)

// A way is what Move does with live and with ended jobs; nil: nothing.
type way struct{ live, ended step }

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
	table *table
	one   step
	mover mover
}

// all moves step by step, the newest first: what is enqueued meanwhile is newer
// and left out. Jobs are looked for without the lock, and looked at again with it.
func (m *moving) all(ctx context.Context) (moved int, err error) {
	for upTo := int64(math.MaxInt64); upTo > 0; {
		var seqs []int64
		var floor int64
		err := m.store.snapshot(ctx, "move", func(q session) error {
			f := m.store.finder(q, &m.req.Filter)
			seqs, floor, err = f.find(ctx, m.table, upTo, moveAtOnce)
			return err
		})
		if err != nil {
			return moved, err
		}
		upTo = floor - 1
		if len(seqs) == 0 {
			continue
		}
		n := 0
		err = m.store.write(ctx, "move", func(tx session) error {
			n, err = m.some(ctx, tx, seqs)
			return err
		})
		if err != nil {
			return moved, err
		}
		moved += n
	}
	return moved, nil
}

// some moves those of some jobs that are still selected.
func (m *moving) some(ctx context.Context, tx session, seqs []int64) (moved int, err error) {
	m.mover = mover{tx: tx, now: m.store.now()}
	rows, err := m.rows(ctx, seqs)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		is, err := m.one(m, ctx, r)
		if err != nil {
			return 0, fmt.Errorf("job %q: %w", r.id, err)
		}
		if is {
			moved++
		}
	}
	return moved, m.mover.close(ctx)
}

func (m *moving) rows(ctx context.Context, seqs []int64) (all []*row, err error) {
	f := m.store.finder(m.mover.tx, &m.req.Filter)
	if err := f.lanes(ctx); err != nil {
		return nil, err
	}
	sel := f.sel.among(seqs)
	seqs, err = f.seqs(ctx, sel.apply(m.table.find), sel.in(math.MaxInt64, 0, len(seqs))...)
	if err != nil {
		return nil, err
	}
	list := asJSON(append([]int64{}, seqs...))
	if all, err = m.table.changeable.all(m.mover.tx.query(ctx, m.table.move, list)); err != nil || m.table == &endedTable {
		return all, err
	}
	bySeq := make(map[int64]*row, len(all))
	for _, r := range all {
		bySeq[r.seq] = r
	}
	rows, err := m.mover.tx.query(ctx, moveRunningSQL, list)
	return all, each(rows, err, func(q *sql.Rows) error {
		var seq int64
		var worker, token any
		err := q.Scan(&seq, &worker, &token)
		if r := bySeq[seq]; r != nil {
			r.runs(worker, token)
		}
		return err
	})
}

// runs notes who runs the job. A claim of a worker that is not known, or under no
// token, is nobody's: no worker could end it, so a person may.
func (r *row) runs(worker, token any) {
	w, known := asInteger(worker)
	t, fenced := asInteger(token)
	if known && fenced {
		r.worker, r.token = sql.NullInt64{Int64: w, Valid: true}, sql.NullInt64{Int64: t, Valid: true}
	}
}

// toReady makes a job that waits ready now.
func (m *moving) toReady(ctx context.Context, r *row) (bool, error) {
	if r.worker.Valid {
		return false, nil
	}
	waits := (r.state == scheduled || r.state == retry) && r.ord > m.mover.now
	if !waits && !r.damage.has("state", "ord") { // else only this makes it ready
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
	r.more.Why = clean(r.damage.beside(m.req.Why))
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
	err = m.mover.put(ctx, r)
	return r.state <= suspect, err // one that nobody could claim is dead again
}

// note writes into the journal why a person moved the job.
func (m *moving) note(ctx context.Context, r *row) error {
	if m.req.Why == "" {
		return nil
	}
	now := micros(m.mover.now)
	return m.mover.note(ctx, r, store.Run{From: now, Until: now, Why: m.req.Why})
}
