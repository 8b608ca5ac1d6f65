package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
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
	through := func(t *table) func() (int, error) {
		m := moving{store: s, req: &req, table: t}
		return func() (int, error) { return m.all(ctx) }
	}
	moved, err := sqlstore.Moves(&req, through(&liveTable), through(&endedTable))
	if moved > 0 {
		s.stir()
	}
	return moved, err
}

// moving is one Move through one of the tables.
type moving struct {
	store *Store
	req   *store.MoveRequest
	table *table
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
		is, err := m.move(ctx, r)
		if err != nil {
			return 0, fmt.Errorf("job %q: %w", r.ID, err)
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
	list := sqlstore.JSON(append([]int64{}, seqs...))
	if all, err = m.table.changeable.all(m.mover.tx.query(ctx, m.table.move, list)); err != nil || m.table == &endedTable {
		return all, err
	}
	bySeq := make(map[int64]*row, len(all))
	for _, r := range all {
		bySeq[r.Seq] = r
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
		r.Worker, r.Token = w, t
	}
}

// move moves one job, or answers false if it stays.
func (m *moving) move(ctx context.Context, r *row) (moved bool, err error) {
	at := *r // where it stands
	if m.req.To == store.Ready && r.damage.Has("state", "ord") && r.State <= sqlstore.Suspect {
		r.State, r.Ord = sqlstore.Scheduled, math.MaxInt64 // only this makes it ready
	}
	fate, line := r.Move(m.req, m.mover.now)
	switch fate {
	case sqlstore.Moved:
		return true, m.place(ctx, &at, r, line)
	case sqlstore.Told:
		return true, m.tell(ctx, r)
	case sqlstore.Gone:
		return true, m.drop(ctx, r)
	case sqlstore.Revive:
		return m.revive(ctx, r, line)
	}
	return false, nil
}

// place brings a job from where it stands to another place.
func (m *moving) place(ctx context.Context, at, r *row, line *sqlstore.Line) error {
	if err := m.mover.lift(ctx, at); err != nil {
		return err
	}
	if err := m.mover.note(ctx, line); err != nil {
		return err
	}
	return m.mover.put(ctx, r)
}

// tell leaves a running job to its worker's next beat.
func (m *moving) tell(ctx context.Context, r *row) error {
	r.More.Why = sqlstore.Clean(r.damage.Beside(r.More.Why))
	if _, err := m.mover.tx.exec(ctx, moreOfSQL, r.Seq, moreOf(r)); err != nil {
		return err
	}
	_, err := m.mover.tx.exec(ctx, cancelSQL, r.Worker, r.Token, r.Seq)
	return err
}

func (m *moving) drop(ctx context.Context, r *row) error {
	if m.table == &endedTable {
		return m.mover.dropEnded(ctx, r)
	}
	if err := m.mover.lift(ctx, r); err != nil {
		return err
	}
	return m.mover.drop(ctx, r)
}

// revive makes an ended job start anew, unless another holds its unique key.
func (m *moving) revive(ctx context.Context, r *row, line *sqlstore.Line) (bool, error) {
	n, err := m.mover.tx.exec(ctx, reviveSQL, r.Seq, m.mover.now)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := m.mover.tx.exec(ctx, endedDeleteSQL, r.Seq); err != nil {
		return false, err
	}
	if err := m.mover.note(ctx, line); err != nil {
		return false, err
	}
	err = m.mover.put(ctx, r)
	return r.State <= sqlstore.Suspect, err // one that nobody could claim is dead again
}
