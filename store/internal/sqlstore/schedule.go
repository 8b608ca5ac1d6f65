package sqlstore

import (
	"fmt"
	"math"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A ScheduleWhat is the column what: what a program says of a schedule.
type ScheduleWhat struct {
	Spec   string        `json:"spec"`
	Missed store.Missed  `json:"missed"`
	Jitter time.Duration `json:"jitter,omitempty"`
	Job    store.Job     `json:"job"`
}

// WhatOf is the column what of a schedule.
func WhatOf(row *store.Schedule) string {
	return JSON(ScheduleWhat{row.Spec, row.Missed, row.Jitter, row.Job})
}

// CheckSchedules says whether schedules may be declared together. limit bounds the
// arguments of their jobs in bytes.
func CheckSchedules(all []store.Schedule, limit int) error {
	names := make(map[string]bool, len(all))
	for i := range all {
		if err := all[i].Check(limit); err != nil {
			return err
		}
		if names[all[i].Name] {
			return fmt.Errorf("schedule %q: %w: it is declared twice in one call", all[i].Name, store.ErrInvalid)
		}
		names[all[i].Name] = true
	}
	return nil
}

// A ScheduleRow is a schedule as it is stored, and what of it cannot be read. The zero
// row is none.
type ScheduleRow struct {
	store.Schedule
	Damage Damage
}

// ReadWhat reads the column what, as read does; none of it counts that Declare would
// refuse.
func (r *ScheduleRow) ReadWhat(holds any, read func(holds, into any) error) {
	var w ScheduleWhat
	err := read(holds, &w)
	if err == nil {
		err = r.say(&w)
	}
	if err != nil {
		r.Damage = append(r.Damage, Flaw{Column: "what", Holds: holds, Why: fmt.Sprintf("(%v)", err)})
	}
}

func (r *ScheduleRow) say(w *ScheduleWhat) error {
	r.Spec, r.Missed, r.Jitter, r.Job = w.Spec, w.Missed, w.Jitter, w.Job
	said := r.Schedule
	said.By = "" // it has a column of its own
	return said.Check(math.MaxInt)
}

// Answer is the schedule as callers see it. One that cannot be read is paused and has
// no job, so that nobody fires it, and its Spec says what is wrong.
func (r *ScheduleRow) Answer() store.Schedule {
	s := r.Schedule
	if r.Damage != nil {
		s.Spec, s.Missed, s.Jitter, s.Job = Clean(r.Damage.String()), "", 0, store.Job{}
		s.Paused = true
	}
	return s
}

// Declare makes of the row what a program says, and answers false if it says that
// already. One that cannot be read is as one that is declared for the first time, but
// stays paused if it was.
func (r *ScheduleRow) Declare(said *store.Schedule, now time.Time) (store.Schedule, bool) {
	row := *said
	row.Paused, row.DeclaredAt, row.From, row.ChangedAt = r.Paused, r.DeclaredAt, now, now
	if row.DeclaredAt.IsZero() {
		row.DeclaredAt = now
	}
	switch {
	case r.Version == 0 || r.Damage != nil:
	case WhatOf(&r.Schedule) == WhatOf(said):
		return r.Schedule, false
	case r.Spec == said.Spec:
		row.From = r.From
	}
	return row, true
}

// Switch turns a schedule as a person wants it, and says whether that changes it. One
// that cannot be read is deleted as any other, and neither paused nor resumed.
func (r *ScheduleRow) Switch(to store.ScheduleSwitch, now time.Time) (changed, deleted bool) {
	switch {
	case r.Version == 0:
		return false, false
	case to == store.ScheduleDelete:
		return true, true
	case r.Damage != nil || r.Paused == (to == store.SchedulePause):
		return false, false
	}
	if r.Paused = to == store.SchedulePause; !r.Paused {
		r.From = now
	}
	r.ChangedAt = now
	return true, false
}

// KnowsSwitch says whether there is such a way to switch.
func KnowsSwitch(to store.ScheduleSwitch) bool {
	return to == store.SchedulePause || to == store.ScheduleResume || to == store.ScheduleDelete
}
