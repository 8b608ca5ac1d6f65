package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	scheduleSQL       = text("schedule")
	schedulesSQL      = text("schedules")
	schedulesNamedSQL = text("schedules_named")
	scheduleCountsSQL = text("schedule_counts")
	scheduleCountSQL  = text("schedule_count")
	schedulePutSQL    = text("schedule_put")
)

// Declare writes schedules; see [store.Scheduler]. What of a row could not be read it
// replaces: such a schedule is as one that is declared for the first time, but stays
// paused if it was.
func (s *Store) Declare(ctx context.Context, all []store.Schedule) (before []store.Schedule, err error) {
	if err := sqlstore.CheckSchedules(all, s.options.MaxPayload); err != nil || len(all) == 0 {
		return nil, err
	}
	err = s.write(ctx, "declare", func(tx session) error {
		before = make([]store.Schedule, len(all))
		for i := range all {
			if before[i], err = s.declare(ctx, tx, &all[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return before, nil
}

// declare writes one row, unless it says what is there already, and answers it
// as it was before.
func (s *Store) declare(ctx context.Context, tx session, said *store.Schedule) (before store.Schedule, err error) {
	was, err := oneSchedule(ctx, tx, said.Name)
	if err != nil {
		return before, err
	}
	if was == nil {
		was = &scheduleRow{}
	}
	before = was.Answer()
	row, changed := was.Declare(said, sqlstore.Time(s.now()))
	if !changed {
		return before, nil
	}
	if was.Damage.Has(lastTick) {
		if _, err := tx.exec(ctx, tickDeleteSQL, said.Name); err != nil {
			return before, err
		}
	}
	return before, s.putSchedule(ctx, tx, &row)
}

// oneSchedule is the row of a name; nil if there is none. One that has the name comes
// before one that is listed under it.
func oneSchedule(ctx context.Context, tx session, name string) (row *scheduleRow, err error) {
	rows, err := tx.query(ctx, scheduleSQL, name)
	err = each(rows, err, func(r *sql.Rows) error {
		one, err := scanSchedule(r)
		if row == nil {
			row = one
		}
		return err
	})
	return row, err
}

// putSchedule stores a row that changed, under a version of its own.
func (s *Store) putSchedule(ctx context.Context, tx session, row *store.Schedule) error {
	if _, err := tx.exec(ctx, scheduleCountSQL, s.now(), 1, 0); err != nil {
		return err
	}
	_, err := tx.exec(ctx, schedulePutSQL, row.Name, row.Paused, row.From.UnixMicro(), row.DeclaredAt.UnixMicro(),
		row.ChangedAt.UnixMicro(), row.By, sqlstore.WhatOf(row))
	return err
}

// Schedules answers rows; see [store.Scheduler]. What the version is now is read
// first, so that what changes meanwhile comes again rather than never; and rows
// only if it is another than the caller's.
//
// A row that cannot be read is no error: it is answered as a paused schedule without a
// Job, whose Spec says which column holds what. One whose name is no text is named
// unreadable-N.
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (reply store.SchedulesReply, err error) {
	err = s.read(ctx, "schedules", func(q session) error {
		reply = store.SchedulesReply{Now: sqlstore.Time(s.now())}
		known, err := countSchedules(ctx, q, &reply)
		if err != nil || known && req.Since > 0 && reply.Version <= req.Since {
			return err
		}
		text, args := schedulesWanted(&req)
		rows, err := q.query(ctx, text, args...)
		return each(rows, err, func(r *sql.Rows) error {
			row, err := scanSchedule(r)
			if err == nil {
				reply.Schedules = append(reply.Schedules, row.Answer())
			}
			return err
		})
	})
	return reply, err
}

// countSchedules reads the counts, and says with false that they are not known: until
// the next write both are 0 then, and callers read everything anew.
func countSchedules(ctx context.Context, q session, reply *store.SchedulesReply) (known bool, err error) {
	var version, deleted any
	rows, err := q.query(ctx, scheduleCountsSQL)
	if err := one(rows, err, &version, &deleted); err != nil && err != errNoRow {
		return false, err
	}
	v, isVersion := asCount(version)
	d, isCount := asCount(deleted)
	if isVersion && isCount {
		reply.Version, reply.Deleted = v, d
	}
	return isVersion && isCount, nil
}

// schedulesWanted is the statement for a request, and what it takes.
func schedulesWanted(req *store.SchedulesRequest) (text string, args []any) {
	limit, since := req.Limit, any(int64(req.Since))
	if limit <= 0 {
		limit = -1
	}
	if req.Since == 0 {
		since = math.Inf(-1) // below whatever a row may hold
	}
	text, args = schedulesSQL, []any{since, req.After, limit}
	if req.Names != nil {
		text, args = schedulesNamedSQL, append(args, sqlstore.JSON(slices.Clone(req.Names)))
	}
	return text, args
}
