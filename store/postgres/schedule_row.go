package postgres

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A scheduleRow is a schedule as it is stored, with what of it cannot be used: the
// columns' types let in more than the store writes.
type scheduleRow struct {
	store.Schedule
	flaws []string
}

// readSchedule reads a row as the queries schedule and schedules answer it. What
// cannot be used is no error.
func readSchedule(r scanner) (*scheduleRow, error) {
	row := &scheduleRow{}
	var what string
	var version, since, declared, changed int64
	var last *int64
	if err := r.Scan(&row.Name, &version, &row.Paused, &since, &declared, &changed, &row.By, &what, &last); err != nil {
		return row, err
	}
	row.Last = max(number(last), 0)
	row.flaw("version", version, isCount(version) && version > 0)
	if row.Version = 1; isCount(version) {
		row.Version = uint64(max(version, 1))
	}
	row.From = row.moment("since", since)
	row.DeclaredAt = row.moment("declared", declared)
	row.ChangedAt = row.moment("changed", changed)
	row.readWhat(what)
	return row, nil
}

func (row *scheduleRow) flaw(column string, holds int64, fits bool) {
	if !fits {
		row.flaws = append(row.flaws, fmt.Sprintf("%s holds the number %d", column, holds))
	}
}

// lastTime is the end of the year 9999: later times do not become JSON.
const lastTime = 253_402_300_799_999_999

// moment is a time that the store wrote; none if it cannot have.
func (row *scheduleRow) moment(column string, us int64) time.Time {
	fits := us > 0 && us <= lastTime
	row.flaw(column, us, fits)
	if !fits {
		return time.Time{}
	}
	return sqlstore.Time(us)
}

// isCount says whether a number may be one that counts up, with room to go on.
func isCount(n int64) bool { return n >= 0 && n <= 1<<62 }

// readWhat reads what a program says of the schedule: nothing that Declare would
// refuse.
func (row *scheduleRow) readWhat(text string) {
	var w sqlstore.ScheduleWhat
	err := json.Unmarshal([]byte(text), &w)
	if err == nil {
		row.Spec, row.Missed, row.Jitter, row.Job = w.Spec, w.Missed, w.Jitter, w.Job
		said := row.Schedule
		said.By = "" // it has a column of its own
		err = said.Check(math.MaxInt)
	}
	if err != nil {
		shown := text
		if len(text) > maxShown {
			shown = text[:maxShown] + "…"
		}
		row.flaws = append(row.flaws, fmt.Sprintf("what holds the text %q (%v)", shown, err))
	}
}

// maxShown is how many bytes of a text are shown.
const maxShown = 4000

// answer is the schedule as callers see it. One that cannot be used is paused and has
// no job, so that nobody fires it, and its Spec says what is wrong.
func (row *scheduleRow) answer() store.Schedule {
	s := row.Schedule
	if row.flaws != nil {
		why := "its row cannot be read: " + strings.Join(row.flaws, ", ")
		s.Spec, s.Missed, s.Jitter, s.Job = store.Clean(why, store.MaxMessage), "", 0, store.Job{}
		s.Paused = true
	}
	return s
}
