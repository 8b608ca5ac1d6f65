package sqlite

import (
	"database/sql"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A scheduleRow is a schedule as it is stored here.
type scheduleRow struct {
	sqlstore.ScheduleRow
	rowid int64
	name  any // as it is stored
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
	r.Damage.Note("name", r.name, ok && name == r.Name)
	n, ok := asCount(version)
	r.Damage.Note("version", version, ok && n > 0)
	r.Version = max(n, 1)
	on, ok := asInteger(paused)
	r.Damage.Note("paused", paused, ok)
	r.Paused = on != 0
	us, ok := asMoment(since)
	r.Damage.Note("since", since, ok)
	r.From = sqlstore.Time(us)
	us, ok = asMoment(declared)
	r.Damage.Note("declared", declared, ok)
	r.DeclaredAt = sqlstore.Time(us)
	us, ok = asMoment(changed)
	r.Damage.Note("changed", changed, ok)
	r.ChangedAt = sqlstore.Time(us)
	r.By, ok = asText(by)
	r.Damage.Note("by", by, ok)
	r.Last, ok = asInteger(last)
	r.Damage.Note(lastTick, last, ok || last == nil)
	r.ReadWhat(what, fromJSON)
	return r, nil
}

// lastTick is the column with a schedule's last tick.
const lastTick = "tasuki_ticks.n"

// asCount is a number of a row that counts up, with room to go on.
func asCount(v any) (uint64, bool) {
	n, ok := v.(int64)
	if !ok || !sqlstore.IsCount(n) {
		return 0, false
	}
	return uint64(n), true
}

// asMoment is a time that the store wrote: one that was.
func asMoment(v any) (int64, bool) {
	us, ok := v.(int64)
	if !ok || !sqlstore.IsMoment(us) {
		return 0, false
	}
	return us, true
}
