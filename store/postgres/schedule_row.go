package postgres

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A scheduleRow is a schedule as it is stored here.
type scheduleRow struct {
	sqlstore.ScheduleRow
	name string // as it is stored
}

// readSchedule reads a row as the queries schedule and schedules answer it. What
// cannot be used is no error: the columns' types let in more than the store writes.
func readSchedule(r scanner) (row scheduleRow, err error) {
	var what string
	var version, since, declared, changed int64
	var last *int64
	if err := r.Scan(&row.Name, &row.name, &version, &row.Paused, &since, &declared, &changed, &row.By, &what, &last); err != nil {
		return row, err
	}
	row.Last = max(number(last), 0)
	row.Damage.Note("name", row.name, row.name == row.Name)
	row.Damage.Note("version", version, sqlstore.IsCount(version) && version > 0)
	if row.Version = 1; sqlstore.IsCount(version) {
		row.Version = uint64(max(version, 1))
	}
	for _, m := range []struct {
		column string
		holds  int64
		into   *time.Time
	}{{"since", since, &row.From}, {"declared", declared, &row.DeclaredAt}, {"changed", changed, &row.ChangedAt}} {
		fits := sqlstore.IsMoment(m.holds)
		if row.Damage.Note(m.column, m.holds, fits); fits {
			*m.into = sqlstore.Time(m.holds)
		}
	}
	row.ReadWhat(what, func(_, into any) error { return json.Unmarshal([]byte(what), into) })
	return row, nil
}
