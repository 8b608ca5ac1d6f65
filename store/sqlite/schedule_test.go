package sqlite

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestAFileFromBeforeSchedulesGetsThemAndItsProgramsGoOn(t *testing.T) {
	saved := migrations
	defer func() { migrations = saved }()
	migrations = saved[:1]
	old := openTemp(t, Options{})
	add(t, old, 3)
	migrations = saved
	s := openAt(t, old.file.path, Options{})
	row := store.Schedule{Name: "a", Spec: "@daily", Missed: store.MissedOnce, Job: store.Job{Kind: "k"}}
	if _, err := s.Declare(t.Context(), []store.Schedule{row}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Mark(t.Context(), store.Mark{Label: "deployed"}); err != nil {
		t.Fatal(err)
	}
	// One that was open, and one that starts after the step.
	migrations = saved[:1]
	for i, program := range []*Store{old, openAt(t, old.file.path, Options{})} {
		tick := store.Job{ID: string(rune('x' + i)), Kind: "k", Tick: store.Tick{Schedule: "a", N: int64(100 + i)}}
		if got, err := program.Enqueue(t.Context(), []store.Job{tick}); err != nil || got[0].What != store.Added {
			t.Fatalf("program %d: %v, %v", i, got, err)
		}
	}
	got, err := s.Schedules(t.Context(), store.SchedulesRequest{})
	if err != nil || len(got.Schedules) != 1 || got.Schedules[0].Last != 101 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestALookAtSchedulesThatDidNotChangeReadsNoRows: every worker asks each beat.
func TestALookAtSchedulesThatDidNotChangeReadsNoRows(t *testing.T) {
	s := openTemp(t, Options{})
	row := store.Schedule{Name: "a", Spec: "@daily", Missed: store.MissedOnce, Job: store.Job{Kind: "k"}}
	if _, err := s.Declare(t.Context(), []store.Schedule{row}); err != nil {
		t.Fatal(err)
	}
	was, err := s.Schedules(t.Context(), store.SchedulesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB().Exec("DROP TABLE tasuki_schedules"); err != nil {
		t.Fatal(err)
	}
	now, err := s.Schedules(t.Context(), store.SchedulesRequest{Since: was.Version})
	if err != nil || now.Version != was.Version || len(now.Schedules) != 0 {
		t.Errorf("%+v, %v", now, err)
	}
}
