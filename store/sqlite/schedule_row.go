package sqlite

import (
	"database/sql"
	"fmt"
	"math"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A scheduleRow is a schedule as it is stored, with what of it can be read.
type scheduleRow struct {
	store.Schedule
	rowid  int64
	name   any // as it is stored
	damage damage
}

// scanSchedule reads a row as the queries named schedule… answer it. What cannot be
// read is no error.
func scanSchedule(q *sql.Rows) (*scheduleRow, error) {
	r := &scheduleRow{}
	var version, paused, since, declared, changed, by, what, last any
	if err := q.Scan(&r.rowid, &r.Name, &r.name, &version, &paused, &since, &declared, &changed, &by, &what, &last); err != nil {
		return nil, err
	}
	name, ok := asText(r.name)
	r.note("name", r.name, ok && name == r.Name)
	n, ok := asCount(version)
	r.note("version", version, ok && n > 0)
	r.Version = max(n, 1)
	on, ok := asInteger(paused)
	r.note("paused", paused, ok)
	r.Paused = on != 0
	us, ok := asMoment(since)
	r.note("since", since, ok)
	r.From = sqlstore.Time(us)
	us, ok = asMoment(declared)
	r.note("declared", declared, ok)
	r.DeclaredAt = sqlstore.Time(us)
	us, ok = asMoment(changed)
	r.note("changed", changed, ok)
	r.ChangedAt = sqlstore.Time(us)
	r.By, ok = asText(by)
	r.note("by", by, ok)
	r.Last, ok = asInteger(last)
	r.note(lastTick, last, ok || last == nil)
	r.readWhat(what)
	return r, nil
}

// lastTick is the column with a schedule's last tick.
const lastTick = "tasuki_ticks.n"

func (r *scheduleRow) note(column string, holds any, ok bool) {
	if !ok {
		r.damage = append(r.damage, flaw{column: column, holds: holds})
	}
}

// readWhat reads what a program says of the schedule: nothing that Declare would
// refuse.
func (r *scheduleRow) readWhat(v any) {
	var what sqlstore.ScheduleWhat
	err := fromJSON(v, &what)
	if err == nil {
		r.Spec, r.Missed, r.Jitter, r.Job = what.Spec, what.Missed, what.Jitter, what.Job
		said := r.Schedule
		said.By = "" // it has a column of its own
		err = said.Check(math.MaxInt)
	}
	if err != nil {
		r.damage = append(r.damage, flaw{column: "what", holds: v, why: fmt.Sprintf("(%v)", err)})
	}
}

// answer is the schedule as callers see it. One that cannot be read is paused and has
// no job, so that nobody fires it, and its Spec says what is wrong.
func (r *scheduleRow) answer() store.Schedule {
	s := r.Schedule
	if r.damage != nil {
		s.Spec, s.Missed, s.Jitter, s.Job = sqlstore.Clean(r.damage.String()), "", 0, store.Job{}
		s.Paused = true
	}
	return s
}

// asCount is a number of a row that counts up, with room to go on.
func asCount(v any) (uint64, bool) {
	n, ok := v.(int64)
	if !ok || n < 0 || n > 1<<62 {
		return 0, false
	}
	return uint64(n), true
}

// asMoment is a time that the store wrote: one that was.
func asMoment(v any) (int64, bool) {
	us, ok := asTime(v)
	if !ok || us <= 0 {
		return 0, false
	}
	return us, true
}
