package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	mendReadySQL    = text("mend_ready")
	mendSuspectsSQL = text("mend_suspects")
	mendWaitingSQL  = text("mend_waiting")
	runningAnySQL   = text("running_any")
)

// errUnsound says that a claim met a job that it cannot read, or a place where the
// job is not. It leaves this package only if mending finds nothing to mend.
var errUnsound = errors.New("the tables of what is ready do not fit the jobs")

const (
	// mendsAtOnce is how often one Claim mends and tries again.
	mendsAtOnce = 5
	// mendAtOnce is how many jobs and places one transaction mends, so that others
	// get their turn in between.
	mendAtOnce = 500
)

// mending is what a claim does where it met something unsound: it looks at the jobs
// one by one. Claims themselves need not, so that they stay fast.
type mending struct {
	store  *Store
	req    *store.ClaimRequest
	mover  mover
	mended int
}

// mend mends what a claim of this request would meet, and answers how much it was.
func (s *Store) mend(ctx context.Context, req *store.ClaimRequest) (int, error) {
	m := mending{store: s, req: req}
	err := s.write(ctx, "claim", func(tx session) error { return m.run(ctx, tx) })
	return m.mended, err
}

func (m *mending) run(ctx context.Context, tx session) error {
	m.mover = mover{tx: tx, now: m.store.now()}
	c := claiming{req: m.req, tx: tx, now: m.mover.now}
	var err error
	if c.view, err = look(ctx, tx, m.req); err != nil {
		return err
	}
	if err := c.promote(ctx); err != nil { // what a claim meets may have become due just then
		return err
	}
	for i := range c.view.lanes {
		lane := c.view.lanes[i].lane
		for _, step := range []func(context.Context, int64) error{m.waiting, m.ready, m.suspects} {
			if m.mended >= mendAtOnce {
				return nil
			}
			if err := step(ctx, lane); err != nil {
				return err
			}
		}
	}
	return nil
}

// waiting ends jobs that wait for a time that cannot be read.
func (m *mending) waiting(ctx context.Context, lane int64) error {
	all, err := m.spots(ctx, mendWaitingSQL, lane, func(*spot) []any { return nil })
	if err != nil {
		return err
	}
	for _, p := range all {
		p.hasLane = true
		if err := m.bury(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (m *mending) ready(ctx context.Context, lane int64) error {
	return m.stand(ctx, lane, sqlstore.Ready, mendReadySQL, readyDeleteSQL)
}

func (m *mending) suspects(ctx context.Context, lane int64) error {
	return m.stand(ctx, lane, sqlstore.Suspect, mendSuspectsSQL, suspectDeleteSQL)
}

// A spot is a place in a lane, as it is stored, and the job that it names.
type spot struct {
	lane               int64
	priority, ord, seq any
	hasJob, hasLane    bool
	job                row
}

// is says whether the place is the job's own.
func (p *spot) is(state int64) bool {
	r := &p.job
	return p.lane == r.Lane && p.priority == any(r.Priority) && p.ord == any(r.Ord) && r.State == state
}

func (m *mending) spots(ctx context.Context, text string, lane int64, before func(*spot) []any) (all []*spot, err error) {
	sheet := pickedShape.sheet()
	rows, err := m.mover.tx.query(ctx, text, lane, max(m.req.Max, mendAtOnce))
	err = each(rows, err, func(q *sql.Rows) error {
		p := &spot{lane: lane}
		all = append(all, p)
		return sheet.scan(q, &p.job, before(p)...)
	})
	return all, err
}

// stand goes through the places of a lane in one of their tables.
func (m *mending) stand(ctx context.Context, lane, state int64, find, remove string) error {
	all, err := m.spots(ctx, find, lane, func(p *spot) []any {
		return []any{&p.priority, &p.ord, &p.seq, &p.hasJob, &p.hasLane}
	})
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.hasJob && p.job.Trail&sqlstore.TrailArgs != 0 {
			if err := p.job.readArgs(ctx, m.mover.tx); err != nil {
				return err
			}
		}
		if p.hasJob && p.job.damage == nil && p.is(state) {
			continue
		}
		n, err := m.mover.tx.exec(ctx, remove, lane, asStored(p.priority), asStored(p.ord), asStored(p.seq))
		if err != nil {
			return err
		}
		if n == 0 {
			continue // nothing else may be done with it while it stands there
		}
		m.mended++
		if err := m.resettle(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// asStored is a value that a driver answered, as one to be given to it: no bytes are
// not NULL.
func asStored(v any) any {
	if b, ok := v.([]byte); ok && b == nil {
		return []byte{}
	}
	return v
}

// resettle does what is right with a job whose place was removed.
func (m *mending) resettle(ctx context.Context, p *spot) error {
	r := &p.job
	switch {
	case !p.hasJob:
		return nil
	case r.damage != nil || !p.hasLane:
		return m.bury(ctx, p)
	case r.State != sqlstore.Ready && r.State != sqlstore.Suspect:
		return nil // its time will come
	}
	var runs int
	rows, err := m.mover.tx.query(ctx, runningAnySQL, r.Seq)
	if err := one(rows, err, &runs); err != errNoRow {
		return err
	}
	add := readyAddSQL
	if r.State == sqlstore.Suspect {
		add = suspectAddSQL
	}
	_, err = m.mover.tx.exec(ctx, add, r.Lane, r.Priority, r.Ord, r.Seq)
	return err
}

// bury makes a job dead that cannot be run as it is. Where its lane cannot be read it
// goes to the one in which it stood.
func (m *mending) bury(ctx context.Context, p *spot) error {
	r := &p.job
	if !p.hasLane {
		if !r.damage.Has("lane") {
			r.damage = append(r.damage, noLane(r.Lane))
		}
		r.Lane = p.lane
	}
	m.mended++
	r.End(sqlstore.Dead, m.mover.now, r.damage.String())
	return m.mover.put(ctx, r)
}
