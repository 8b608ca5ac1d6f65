package postgres

import (
	"context"
	"encoding/json"
	"fmt"
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
)

// Declare writes schedules; see [store.Scheduler].
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
			before[i] = c.rows[all[i].Name]
			if row, changed := sqlstore.Declare(&before[i], &all[i], c.now); changed {
				c.put(row)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return before, nil
}

// Switch pauses, resumes or deletes schedules; see [store.Scheduler].
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
			row, there := c.rows[name]
			is, deleted := sqlstore.Switch(&row, to, c.now)
			if !there || !is {
				continue
			}
			if changed++; deleted {
				c.deleted = append(c.deleted, name)
			} else {
				c.put(row)
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
	rows    map[string]store.Schedule
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
		c := scheduling{rows: map[string]store.Schedule{}}
		var now int64
		// The rows are read with a snapshot of their own, behind the lock.
		err := t.do(ctx, &call{query: scheduleLockSQL, row: func(r scanner) error { return r.Scan(&c.version, &now) }},
			&call{query: scheduleSQL, args: []any{names}, row: func(r scanner) error {
				row, err := readSchedule(r)
				c.rows[row.Name] = row
				return err
			}})
		if err != nil {
			return err
		}
		c.now = sqlstore.Time(now)
		change(&c)
		return t.finish(ctx, c.calls()...)
	})
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

func readSchedule(r scanner) (row store.Schedule, err error) {
	var what string
	var version, since, declared, changed int64
	var last *int64
	if err := r.Scan(&row.Name, &version, &row.Paused, &since, &declared, &changed, &row.By, &what, &last); err != nil {
		return row, err
	}
	var w sqlstore.ScheduleWhat
	if err := json.Unmarshal([]byte(what), &w); err != nil {
		return row, fmt.Errorf("schedule %q: column what: %w", row.Name, err)
	}
	row.Spec, row.Missed, row.Jitter, row.Job = w.Spec, w.Missed, w.Jitter, w.Job
	row.Version, row.Last = uint64(version), max(number(last), 0)
	row.From, row.DeclaredAt, row.ChangedAt = sqlstore.Time(since), sqlstore.Time(declared), sqlstore.Time(changed)
	return row, nil
}

// Schedules answers rows; see [store.Scheduler]. What the version is now is read
// first, so that what changes meanwhile comes again rather than never; and rows only
// if it is another than the caller's.
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (reply store.SchedulesReply, err error) {
	var now int64
	counts := &call{query: scheduleCountsSQL, row: func(r scanner) error { return r.Scan(&reply.Version, &reply.Deleted, &now) }}
	if err := s.once(ctx, "schedules", counts); err != nil {
		return reply, err
	}
	if reply.Now = sqlstore.Time(now); reply.Version <= req.Since {
		return reply, nil
	}
	var limit *int
	if req.Limit > 0 {
		limit = &req.Limit
	}
	err = s.once(ctx, "schedules", &call{query: schedulesSQL, args: []any{int64(req.Since), req.After, limit, req.Names}, row: func(r scanner) error {
		row, err := readSchedule(r)
		reply.Schedules = append(reply.Schedules, row)
		return err
	}})
	return reply, err
}
