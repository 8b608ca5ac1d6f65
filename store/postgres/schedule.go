package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	scheduleSQL       = named("schedule")
	schedulesSQL      = named("schedules")
	scheduleCountsSQL = named("schedule_counts")
	scheduleLockSQL   = named("schedule_lock")
	schedulePutSQL    = named("schedule_put")
	scheduleDeleteSQL = named("schedule_delete")
	scheduleCountSQL  = named("schedule_count")
	scheduleMendSQL   = named("schedule_mend")
)

// Declare writes schedules; see [store.Scheduler]. A row that cannot be read it
// replaces: such a schedule is as one that is declared for the first time, but stays
// paused if it was.
func (s *Store) Declare(ctx context.Context, all []store.Schedule) (before []store.Schedule, err error) {
	if err := sqlstore.CheckSchedules(all, s.options.MaxPayload); err != nil || len(all) == 0 {
		return nil, err
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	err = s.scheduling(ctx, "declare", names, func(c *scheduling) {
		before = make([]store.Schedule, len(all))
		for i := range all {
			was := c.rows[all[i].Name]
			before[i] = was.Answer()
			if row, changed := was.Declare(&all[i], c.now); changed {
				c.put(row)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return before, nil
}

// Switch pauses, resumes or deletes schedules; see [store.Scheduler]. One whose row
// cannot be read is deleted as any other, and neither paused nor resumed.
func (s *Store) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (changed int, err error) {
	if !sqlstore.KnowsSwitch(to) {
		return 0, fmt.Errorf("switch schedules to %q: no such way: %w", to, store.ErrInvalid)
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) == 0 {
		return 0, nil
	}
	err = s.scheduling(ctx, "switch schedules", names, func(c *scheduling) {
		changed = 0
		for _, name := range names {
			row := c.rows[name]
			is, deleted := row.Switch(to, c.now)
			if !is {
				continue
			}
			if changed++; deleted {
				c.deleted = append(c.deleted, row.name)
			} else {
				c.put(row.Schedule)
			}
		}
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
}

// scheduling is a change of schedules under way. All changes wait for one another, so
// that versions rise in the order in which they are seen.
type scheduling struct {
	rows    map[string]scheduleRow // by the names under which they are listed
	version int64
	now     time.Time
	puts    []store.Schedule
	deleted []string
}

func (c *scheduling) put(row store.Schedule) {
	c.version++
	row.Version = uint64(c.version)
	c.puts = append(c.puts, row)
}

func (s *Store) scheduling(ctx context.Context, doing string, names []string, change func(*scheduling)) error {
	return s.write(ctx, doing, func(t *tx) error {
		c := scheduling{rows: map[string]scheduleRow{}}
		if err := c.lock(ctx, t, names); err != nil {
			return err
		}
		change(&c)
		return t.finish(ctx, c.calls()...)
	})
}

// lock reads the schedules of some names and lets nobody else change any.
func (c *scheduling) lock(ctx context.Context, t *tx, names []string) error {
	for range 2 {
		var now, deleted int64
		// The rows are read with a snapshot of their own, behind the lock.
		err := t.do(ctx, &call{query: scheduleLockSQL, row: func(r scanner) error { return r.Scan(&c.version, &deleted, &now) }},
			&call{query: scheduleSQL, args: []any{names}, row: func(r scanner) error {
				row, err := readSchedule(r)
				if _, taken := c.rows[row.Name]; !taken || row.Name == row.name { // who has a name comes first
					c.rows[row.Name] = row
				}
				return err
			}})
		if err != nil {
			return err
		}
		if c.now = sqlstore.Time(now); now != 0 && sqlstore.IsCount(c.version) && sqlstore.IsCount(deleted) {
			return nil
		}
		if err := t.do(ctx, &call{query: scheduleMendSQL}); err != nil {
			return err
		}
	}
	return errors.New("the counts of schedules cannot be mended")
}

func (c *scheduling) calls() (calls []*call) {
	if len(c.puts)+len(c.deleted) == 0 {
		return nil
	}
	if len(c.puts) > 0 {
		calls = append(calls, &call{query: schedulePutSQL, args: scheduleArgs(c.puts)})
	}
	if len(c.deleted) > 0 {
		calls = append(calls, &call{query: scheduleDeleteSQL, args: []any{c.deleted}})
	}
	return append(calls, &call{query: scheduleCountSQL, args: []any{c.version, len(c.deleted)}})
}

func scheduleArgs(rows []store.Schedule) []any {
	var names, by, what []string
	var versions, since, declared, changed []int64
	var paused []bool
	for i := range rows {
		r := &rows[i]
		names, by, what = append(names, r.Name), append(by, r.By), append(what, sqlstore.WhatOf(r))
		versions, paused = append(versions, int64(r.Version)), append(paused, r.Paused)
		since, declared, changed = append(since, r.From.UnixMicro()), append(declared, r.DeclaredAt.UnixMicro()), append(changed, r.ChangedAt.UnixMicro())
	}
	return []any{names, versions, paused, since, declared, changed, by, what}
}

// Schedules answers rows; see [store.Scheduler]. What the version is now is read
// first, so that what changes meanwhile comes again rather than never; and rows only
// if it is another than the caller's.
//
// A row that cannot be read is no error: it is answered as a paused schedule without a
// Job, whose Spec says which column holds what. One without a name is named
// unreadable-1.
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (reply store.SchedulesReply, err error) {
	known, err := s.countSchedules(ctx, &reply)
	if err != nil || known && req.Since > 0 && reply.Version <= req.Since {
		return reply, err
	}
	var limit *int
	if req.Limit > 0 {
		limit = &req.Limit
	}
	from := int64(math.MinInt64) // whatever a row may hold
	if req.Since > 0 {
		from = int64(min(req.Since, math.MaxInt64-1)) + 1
	}
	err = s.once(ctx, "schedules", &call{query: schedulesSQL, args: []any{from, req.After, limit, req.Names}, row: func(r scanner) error {
		row, err := readSchedule(r)
		reply.Schedules = append(reply.Schedules, row.Answer())
		return err
	}})
	return reply, err
}

// countSchedules reads the counts, and says with false that they are not known: until
// the next change both are 0 then, and callers read everything anew.
func (s *Store) countSchedules(ctx context.Context, reply *store.SchedulesReply) (known bool, err error) {
	var version, deleted, now int64
	err = s.once(ctx, "schedules", &call{query: scheduleCountsSQL, row: func(r scanner) error { return r.Scan(&version, &deleted, &now) }})
	if reply.Now = sqlstore.Time(now); err != nil || !sqlstore.IsCount(version) || !sqlstore.IsCount(deleted) {
		return false, err
	}
	reply.Version, reply.Deleted = uint64(version), uint64(deleted)
	return true, nil
}
