package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	scheduleSQL       = text("schedule")
	schedulesSQL      = text("schedules")
	schedulesNamedSQL = text("schedules_named")
	scheduleCountsSQL = text("schedule_counts")
	scheduleCountSQL  = text("schedule_count")
	schedulePutSQL    = text("schedule_put")
)

// A scheduleWhat is the column what: what a program says of a schedule.
type scheduleWhat struct {
	Spec   string        `json:"spec"`
	Missed store.Missed  `json:"missed"`
	Jitter time.Duration `json:"jitter,omitempty"`
	Job    store.Job     `json:"job"`
}

func (w *scheduleWhat) Scan(v any) error { return fromJSON(v, w) }

func whatOf(row *store.Schedule) string {
	return asJSON(scheduleWhat{row.Spec, row.Missed, row.Jitter, row.Job})
}

// scanSchedule reads a row as the queries named schedule… answer it.
func scanSchedule(r *sql.Rows) (store.Schedule, error) {
	var row store.Schedule
	var what scheduleWhat
	var version, since, declared, changed int64
	var last sql.NullInt64
	err := r.Scan(&row.Name, &version, &row.Paused, &since, &declared, &changed, &row.By, &what, &last)
	row.Spec, row.Missed, row.Jitter, row.Job = what.Spec, what.Missed, what.Jitter, what.Job
	row.Version, row.Last = uint64(version), last.Int64
	row.From, row.DeclaredAt, row.ChangedAt = micros(since), micros(declared), micros(changed)
	return row, err
}

// Declare writes schedules; see [store.Scheduler].
func (s *Store) Declare(ctx context.Context, all []store.Schedule) (before []store.Schedule, err error) {
	names := make(map[string]bool, len(all))
	for i := range all {
		if err := all[i].Check(s.options.MaxPayload); err != nil {
			return nil, err
		}
		if names[all[i].Name] {
			return nil, fmt.Errorf("schedule %q: %w: it is declared twice in one call", all[i].Name, store.ErrInvalid)
		}
		names[all[i].Name] = true
	}
	if len(all) == 0 {
		return nil, nil
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
func (s *Store) declare(ctx context.Context, tx session, said *store.Schedule) (store.Schedule, error) {
	before, err := oneSchedule(ctx, tx, said.Name)
	if err != nil {
		return before, err
	}
	now := micros(s.now())
	row := *said
	row.Paused, row.DeclaredAt, row.From, row.ChangedAt = before.Paused, before.DeclaredAt, before.From, now
	switch {
	case before.Version == 0:
		row.DeclaredAt, row.From = now, now
	case whatOf(&before) == whatOf(said):
		return before, nil
	case before.Spec != said.Spec:
		row.From = now
	}
	return before, putSchedule(ctx, tx, &row)
}

// oneSchedule is the row of a name; its Version is 0 if there is none.
func oneSchedule(ctx context.Context, tx session, name string) (row store.Schedule, err error) {
	rows, err := tx.query(ctx, scheduleSQL, name)
	err = each(rows, err, func(r *sql.Rows) error {
		row, err = scanSchedule(r)
		return err
	})
	return row, err
}

// putSchedule stores a row that changed, under a version of its own.
func putSchedule(ctx context.Context, tx session, row *store.Schedule) error {
	if _, err := tx.exec(ctx, scheduleCountSQL); err != nil {
		return err
	}
	_, err := tx.exec(ctx, schedulePutSQL, row.Name, row.Paused, row.From.UnixMicro(), row.DeclaredAt.UnixMicro(),
		row.ChangedAt.UnixMicro(), row.By, whatOf(row))
	return err
}

// Schedules answers rows; see [store.Scheduler]. What the version is now is read
// first, so that what changes meanwhile comes again rather than never; and rows
// only if it is another than the caller's.
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (reply store.SchedulesReply, err error) {
	limit := req.Limit
	if limit <= 0 {
		limit = -1
	}
	err = s.read(ctx, "schedules", func(q session) error {
		reply = store.SchedulesReply{Now: micros(s.now())}
		var version, deleted int64
		rows, err := q.query(ctx, scheduleCountsSQL)
		if err := one(rows, err, &version, &deleted); err != nil {
			return err
		}
		reply.Version, reply.Deleted = uint64(version), uint64(deleted)
		if reply.Version <= req.Since {
			return nil
		}
		args := []any{int64(req.Since), req.After, limit}
		text := schedulesSQL
		if req.Names != nil {
			text, args = schedulesNamedSQL, append(args, asJSON(slices.Clone(req.Names)))
		}
		rows, err = q.query(ctx, text, args...)
		return each(rows, err, func(r *sql.Rows) error {
			row, err := scanSchedule(r)
			reply.Schedules = append(reply.Schedules, row)
			return err
		})
	})
	return reply, err
}
