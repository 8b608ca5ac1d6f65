package sqlite

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// scheduleNamed is the only one that is listed by a name.
func scheduleNamed(t *testing.T, s *Store, name string) store.Schedule {
	t.Helper()
	all := schedules(t, s, store.SchedulesRequest{Names: []string{name}}).Schedules
	if len(all) != 1 {
		t.Fatalf("%d schedules are named %q", len(all), name)
	}
	return all[0]
}

func TestAScheduleThatCannotBeReadIsPausedAndSaysWhy(t *testing.T) {
	for set, why := range map[string]string{
		`paused = 'yes'`:              `paused holds the text "yes"`,
		`version = 1.5, by = x'ff'`:   `version holds the number 1.5, by holds the bytes x'ff'`,
		`since = 9223372036854775807`: `since holds the number 9223372036854775807`,
		`declared = 'then'`:           `declared holds the text "then"`,
		`changed = x''`:               `changed holds the text ""`,
		`what = '{"spec":"@daily"}'`:  `what holds the text "{\"spec\":\"@daily\"}" (schedule "bad": invalid: Missed is "" (hint: skip, once or all))`,
		`what = '{'`:                  `what holds the text "{" (unexpected end of JSON input)`,
	} {
		s := openTemp(t, Options{})
		declare(t, s, "bad", "good")
		spoil(t, s, "UPDATE tasuki_schedules SET "+set+" WHERE name = 'bad'")
		is := scheduleNamed(t, s, "bad")
		if !is.Paused || is.Job.Kind != "" || is.Spec != "its row cannot be read: "+why {
			t.Errorf("%s: paused %v, kind %q, %s", set, is.Paused, is.Job.Kind, is.Spec)
		}
		if is := scheduleNamed(t, s, "good"); is.Paused || is.Job.Kind != "k" || is.Spec != "@daily" {
			t.Errorf("%s: the other is %+v", set, is)
		}
	}
}

func TestAScheduleWhoseLastTickCannotBeReadIsPausedAndSaysWhy(t *testing.T) {
	s := openTemp(t, Options{})
	declare(t, s, "bad")
	spoil(t, s, "INSERT INTO tasuki_ticks VALUES ('bad', 'noon')")
	if is := scheduleNamed(t, s, "bad"); !is.Paused || is.Spec != `its row cannot be read: tasuki_ticks.n holds the text "noon"` {
		t.Errorf("%+v", is)
	}
}

// TestDeclareReplacesWhatCannotBeRead: nobody knows which ticks it had, so they begin
// anew.
func TestDeclareReplacesWhatCannotBeRead(t *testing.T) {
	for damage, last := range map[string]int64{
		"UPDATE tasuki_schedules SET what = '{'":      5,
		"UPDATE tasuki_schedules SET since = 'x'":     5,
		"UPDATE tasuki_schedules SET version = x'ff'": 5,
		"UPDATE tasuki_schedules SET paused = 'yes'":  5,
		"UPDATE tasuki_ticks SET n = 'x'":             0,
	} {
		c := &clock{}
		s := openTemp(t, Options{Clock: c.now})
		declare(t, s, "bad")
		if _, err := s.Enqueue(t.Context(), []store.Job{tick("bad", 5)}); err != nil {
			t.Fatal(err)
		}
		was := scheduleNamed(t, s, "bad")
		spoil(t, s, damage)
		c.advance(time.Second)
		before := declare(t, s, "bad")[0]
		is := scheduleNamed(t, s, "bad")
		if before.Version == 0 || before.Job.Kind != "" {
			t.Errorf("%s: it was %+v", damage, before)
		}
		if is.Paused || is.Spec != was.Spec || is.Job.Kind != "k" || is.Last != last || is.Version <= was.Version ||
			!is.From.Equal(c.now()) || !is.DeclaredAt.Equal(was.DeclaredAt) {
			t.Errorf("%s: it is %+v", damage, is)
		}
	}
}

func TestDeclareOfAPausedScheduleThatCannotBeReadLeavesItPaused(t *testing.T) {
	s := openTemp(t, Options{})
	declare(t, s, "bad")
	if _, err := s.Switch(t.Context(), []string{"bad"}, store.SchedulePause); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, "UPDATE tasuki_schedules SET what = '{'")
	declare(t, s, "bad")
	if is := scheduleNamed(t, s, "bad"); !is.Paused || is.Spec != "@daily" {
		t.Errorf("%+v", is)
	}
}

func TestAScheduleThatCannotBeReadIsNeitherPausedNorResumed(t *testing.T) {
	s := openTemp(t, Options{})
	declare(t, s, "bad")
	spoil(t, s, "UPDATE tasuki_schedules SET what = '{'")
	was := schedules(t, s, store.SchedulesRequest{})
	for _, to := range []store.ScheduleSwitch{store.SchedulePause, store.ScheduleResume} {
		if n, err := s.Switch(t.Context(), []string{"bad"}, to); n != 0 || err != nil {
			t.Errorf("%s: %d, %v", to, n, err)
		}
	}
	if is := schedules(t, s, store.SchedulesRequest{}); is.Version != was.Version || is.Schedules[0].Spec != was.Schedules[0].Spec {
		t.Errorf("%+v, was %+v", is, was)
	}
}

func TestAScheduleThatCannotBeReadIsDeletedWithItsTick(t *testing.T) {
	s := openTemp(t, Options{})
	declare(t, s, "bad")
	if _, err := s.Enqueue(t.Context(), []store.Job{tick("bad", 5)}); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, "UPDATE tasuki_schedules SET what = '{', version = 'x', since = 'x'")
	if n, err := s.Switch(t.Context(), []string{"bad"}, store.ScheduleDelete); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	declare(t, s, "bad")
	if is := scheduleNamed(t, s, "bad"); is.Last != 0 {
		t.Errorf("%+v", is)
	}
}

func TestAScheduleWhoseNameIsNoTextIsListedAndDeletedUnderAnother(t *testing.T) {
	for _, name := range []string{"NULL", "x'ff00'", "''"} {
		s := openTemp(t, Options{})
		declare(t, s, "bad", "good")
		spoil(t, s, "UPDATE tasuki_schedules SET name = "+name+" WHERE name = 'bad'")
		if is := scheduleNamed(t, s, "unreadable-1"); !is.Paused || is.Job.Kind != "" {
			t.Errorf("%s: %+v", name, is)
		}
		if n, err := s.Switch(t.Context(), []string{"unreadable-1"}, store.ScheduleDelete); n != 1 || err != nil {
			t.Errorf("%s: %d are deleted, %v", name, n, err)
		}
		if all := schedules(t, s, store.SchedulesRequest{}).Schedules; len(all) != 1 || all[0].Name != "good" {
			t.Errorf("%s: left is %+v", name, all)
		}
	}
}

func TestAScheduleThatHasTheNameOfAnUnreadableOneComesFirst(t *testing.T) {
	s := openTemp(t, Options{})
	declare(t, s, "bad", "unreadable-1")
	spoil(t, s, "UPDATE tasuki_schedules SET name = NULL WHERE name = 'bad'")
	before := declare(t, s, "unreadable-1")[0]
	if before.Spec != "@daily" || before.Version != 2 {
		t.Errorf("%+v", before)
	}
}

func TestALastTickThatCannotBeReadKeepsNoneOut(t *testing.T) {
	s := openTemp(t, Options{})
	for _, step := range []struct {
		n    int64
		want store.EnqueuedWhat
	}{{5, store.Added}, {6, store.Added}, {6, store.Passed}} {
		got, err := s.Enqueue(t.Context(), []store.Job{tick("a", step.n)})
		if err != nil || got[0].What != step.want {
			t.Errorf("tick %d: %+v, %v", step.n, got, err)
		}
		if step.n == 5 {
			spoil(t, s, "UPDATE tasuki_ticks SET n = 'x'")
		}
	}
}

// TestCountsOfSchedulesThatCannotBeReadBeginAnewWhereNobodyHasBeen: or a caller would
// take what changes next for what it knows.
func TestCountsOfSchedulesThatCannotBeReadBeginAnewWhereNobodyHasBeen(t *testing.T) {
	for _, damage := range []string{
		"UPDATE tasuki_schedule_counts SET version = 'x'",
		"UPDATE tasuki_schedule_counts SET version = 9223372036854775807",
		"UPDATE tasuki_schedule_counts SET deleted = x'ff'",
		"DELETE FROM tasuki_schedule_counts",
	} {
		s := openTemp(t, Options{})
		declare(t, s, "a", "b", "gone")
		if _, err := s.Switch(t.Context(), []string{"gone"}, store.ScheduleDelete); err != nil {
			t.Fatal(err)
		}
		was := schedules(t, s, store.SchedulesRequest{})
		spoil(t, s, damage)
		if got := schedules(t, s, store.SchedulesRequest{Since: was.Version}); got.Version >= was.Version || got.Deleted == was.Deleted {
			t.Errorf("%s: unreadable they are %d and %d", damage, got.Version, got.Deleted)
		}
		if got := schedules(t, s, store.SchedulesRequest{}); len(got.Schedules) != 2 {
			t.Errorf("%s: %d schedules", damage, len(got.Schedules))
		}
		if _, err := s.Switch(t.Context(), []string{"a"}, store.SchedulePause); err != nil {
			t.Fatal(err)
		}
		got := schedules(t, s, store.SchedulesRequest{Since: was.Version})
		if got.Deleted == was.Deleted && (len(got.Schedules) != 1 || got.Schedules[0].Name != "a") {
			t.Errorf("%s: nobody hears of the change: %+v", damage, got)
		}
		if again := schedules(t, s, store.SchedulesRequest{Since: got.Version}); again.Version != got.Version || len(again.Schedules) != 0 {
			t.Errorf("%s: %+v, then %+v", damage, got, again)
		}
	}
}
