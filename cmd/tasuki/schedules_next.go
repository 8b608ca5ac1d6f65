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
