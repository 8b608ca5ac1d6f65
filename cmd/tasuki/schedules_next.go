package main

import (
	"time"
	_ "time/tzdata" // the command runs where no zones are installed

	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
)

// nextTick is when a schedule is due next after now, the zero time if never. Who
// declares a schedule may write its times in another way than package cron; then
// nobody knows but its workers.
func nextTick(s *store.Schedule, now time.Time) (at time.Time, known bool) {
	spec, err := cron.New(s.Spec)
	if err != nil {
		return time.Time{}, false
	}
	return spec.Next(now), true
}

// lastTick is when a schedule was last due, the zero time if it never was. By custom
// ticks are seconds; numbers that cannot be are another program's.
func lastTick(s *store.Schedule) time.Time {
	const year10000 = 253_402_300_800
	if s.Last <= 0 || s.Last >= year10000 {
		return time.Time{}
	}
	return time.Unix(s.Last, 0).UTC()
}

// unreadable says whether the store could not read the schedule's row: it has no job
// then, and its Spec says what is wrong.
func unreadable(s *store.Schedule) bool { return s.Job.Kind == "" }
