package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
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
	if r.damage.Has("more", "trail") {
		if err := m.recount(ctx, r); err != nil {
			return err
		}
	}
	if r.damage.Has("ord") && r.Ord == 0 {
		r.Ord = m.now
	}
	if r.damage.Has("created") {
		r.Created = m.now
	}
	if r.damage.Has("lane", kindOfLane) && r.State <= sqlstore.Suspect {
		r.End(sqlstore.Dead, m.now, r.damage.String()) // nobody would ever claim it
	}
	if err := m.rewrite(ctx, r); err != nil {
		return err
	}
	why := sqlstore.Clean(r.damage.String())
	r.damage = nil
	if r.More.Why == why {
		return nil
	}
	now := sqlstore.Time(m.now)
	line := r.Note(store.Run{From: now, Until: now, Why: why})
	return m.note(ctx, &line)
}

// recount finds out what the columns trail and more say of other tables.
func (m *mover) recount(ctx context.Context, r *row) error {
	var next int
	var runs, tags, args bool
	rows, err := m.tx.query(ctx, repairRestSQL, r.Seq)
	if err := one(rows, err, &next, &runs, &tags, &args); err != nil {
		return err
	}
	r.More.Runs, r.Trail = next, 0
	for bit, is := range map[int64]bool{sqlstore.TrailKeep: r.More.Keep > 0, sqlstore.TrailRuns: runs, sqlstore.TrailTags: tags, sqlstore.TrailArgs: args} {
		if is {
			r.Trail |= bit
		}
	}
	return nil
}

// rewrite stores those columns that no change of state does.
func (m *mover) rewrite(ctx context.Context, r *row) error {
	if !r.damage.Has("id", "lane", "priority", "created", "ukey") {
		return nil
	}
	when := func(column string, value any) any {
		if r.damage.Has(column) {
			return value
		}
		return nil
	}
	var lane any
	if r.Lane != 0 {
		lane = when("lane", r.Lane)
	}
	_, err := m.tx.exec(ctx, repairSQL, r.Seq, when("id", packID(r.ID)), lane, when("priority", r.Priority),
		when("created", r.Created), r.damage.Has("ukey"))
	if err == nil && r.damage.Has("id") {
		_, err = m.tx.exec(ctx, takeIDSQL, packID(r.ID), r.Seq)
	}
	return err
}
