package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	repairSQL     = text("repair")
	repairRestSQL = text("repair_rest")
)

// repair makes the row of a live job one that can be read, in the same write that
// brings it to another state. What could not be read is told in its journal, unless
// it is why the job ends. Only what a handler is given stays as it is: no job runs
// with other arguments, or from another cursor, than were stored.
func (m *mover) repair(ctx context.Context, r *row) error {
	if r.damage.has("more", "trail") {
		if err := m.recount(ctx, r); err != nil {
			return err
		}
	}
	if r.damage.has("ord") && r.ord == 0 {
		r.ord = m.now
	}
	if r.damage.has("created") {
		r.created = m.now
	}
	if r.damage.has("lane", kindOfLane) && r.state <= suspect {
		r.end(dead, m.now, r.damage.String()) // nobody would ever claim it
	}
	if err := m.rewrite(ctx, r); err != nil {
		return err
	}
	why := clean(r.damage.String())
	r.damage = nil
	if r.more.Why == why {
		return nil
	}
	now := micros(m.now)
	return m.note(ctx, r, store.Run{From: now, Until: now, Why: why})
}

// recount finds out what the columns trail and more say of other tables.
func (m *mover) recount(ctx context.Context, r *row) error {
	var next int
	var runs, tags, args bool
	rows, err := m.tx.query(ctx, repairRestSQL, r.seq)
	if err := one(rows, err, &next, &runs, &tags, &args); err != nil {
		return err
	}
	r.more.Runs, r.trail = next, 0
	for bit, is := range map[int64]bool{trailKeep: r.more.Keep > 0, trailRuns: runs, trailTags: tags, trailArgs: args} {
		if is {
			r.trail |= bit
		}
	}
	return nil
}

// rewrite stores those columns that no change of state does.
func (m *mover) rewrite(ctx context.Context, r *row) error {
	if !r.damage.has("id", "lane", "priority", "created", "ukey") {
		return nil
	}
	when := func(column string, value any) any {
		if r.damage.has(column) {
			return value
		}
		return nil
	}
	var lane any
	if r.lane != 0 {
		lane = when("lane", r.lane)
	}
	_, err := m.tx.exec(ctx, repairSQL, r.seq, when("id", packID(string(r.id))), lane, when("priority", r.priority),
		when("created", r.created), r.damage.has("ukey"))
	if err == nil && r.damage.has("id") {
		_, err = m.tx.exec(ctx, takeIDSQL, packID(string(r.id)), r.seq)
	}
	return err
}
