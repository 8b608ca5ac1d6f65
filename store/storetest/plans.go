package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// This file is the random steps with schedules, of those whose ticks newJob
// draws.

var twinSchedules = []string{"s1", "s2", "s3"}

func (tw *twins) declare() error {
	if !tw.f.Schedules {
		return nil
	}
	var rows []store.Schedule
	for _, name := range some(tw, twinSchedules...) {
		rows = append(rows, store.Schedule{Name: name, Spec: pick(tw, "a", "a", "b"), By: pick(tw, "v1", "v2"),
			Missed: pick(tw, store.MissedOnce, store.MissedAll), Job: store.Job{Kind: "k1"}})
	}
	if tw.chance(4) {
		rows = append(rows, store.Schedule{Name: "s4"})
	}
	_, err := both(tw, fmt.Sprintf("declare %+v", rows), func(i int, st store.Store) (string, error) {
		before, err := st.(store.Scheduler).Declare(tw.t.Context(), rows)
		return tw.showRows(before, tw.sides[i].base), err
	}, func(before string) string { return before })
	return err
}

func (tw *twins) switchSchedules() error {
	if !tw.f.Schedules {
		return nil
	}
	names := some(tw, twinSchedules...)
	to := pick(tw, store.SchedulePause, store.ScheduleResume, store.ScheduleResume, store.ScheduleDelete)
	_, err := both(tw, fmt.Sprintf("%s %v", to, names), func(_ int, st store.Store) (int, error) {
		return st.(store.Scheduler).Switch(tw.t.Context(), names, to)
	}, func(n int) string { return fmt.Sprint(n) })
	return err
}

// showSchedules is all that Schedules says.
func (tw *twins) showSchedules(st store.Store, base time.Time) (string, error) {
	if !tw.f.Schedules {
		return "", nil
	}
	got, err := st.(store.Scheduler).Schedules(tw.t.Context(), store.SchedulesRequest{})
	if err != nil {
		return "", fmt.Errorf("schedules: %w", err)
	}
	return fmt.Sprintf("; schedules:%s deleted %d", tw.showRows(got.Schedules, base), got.Deleted), nil
}

// showRows is all of some rows that must be the same: versions may be given with
// gaps.
func (tw *twins) showRows(rows []store.Schedule, base time.Time) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, " %s(%s %s by %s paused %v last %d there %v since %s, from %s, changed %s)", r.Name, r.Spec, r.Missed, r.By, r.Paused,
			r.Last, r.Version > 0, since(base, r.DeclaredAt), since(base, r.From), since(base, r.ChangedAt))
	}
	return b.String()
}
