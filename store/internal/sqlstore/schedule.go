package sqlstore

import (
	"fmt"
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

// Declare makes of a row (Version 0: there is none) what a program says, and answers
// false if it says that already.
func Declare(before, said *store.Schedule, now time.Time) (store.Schedule, bool) {
	row := *said
	row.Paused, row.DeclaredAt, row.From, row.ChangedAt = before.Paused, before.DeclaredAt, before.From, now
	switch {
	case before.Version == 0:
		row.DeclaredAt, row.From = now, now
	case WhatOf(before) == WhatOf(said):
		return *before, false
	case before.Spec != said.Spec:
		row.From = now
	}
	return row, true
}

// Switch turns a schedule as a person wants it, and says whether that changes it.
func Switch(row *store.Schedule, to store.ScheduleSwitch, now time.Time) (changed, deleted bool) {
	switch to {
	case store.SchedulePause:
		if row.Paused {
			return false, false
		}
		row.Paused = true
	case store.ScheduleResume:
		if !row.Paused {
			return false, false
		}
		row.Paused, row.From = false, now
	case store.ScheduleDelete:
		return true, true
	}
	row.ChangedAt = now
	return true, false
}

// KnowsSwitch says whether there is such a way to switch.
func KnowsSwitch(to store.ScheduleSwitch) bool {
	return to == store.SchedulePause || to == store.ScheduleResume || to == store.ScheduleDelete
}
