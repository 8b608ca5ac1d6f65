package postgres

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// declare declares schedules and answers their rows as they were before.
func declare(t *testing.T, s *Store, names ...string) []store.Schedule {
	t.Helper()
	all := make([]store.Schedule, len(names))
	for i, name := range names {
		all[i] = store.Schedule{Name: name, Spec: "@daily", Missed: store.MissedOnce, By: "me", Job: store.Job{Kind: "k"}}
	}
	before, err := s.Declare(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	return before
}

func schedules(t *testing.T, s *Store, req store.SchedulesRequest) store.SchedulesReply {
	t.Helper()
	reply, err := s.Schedules(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// scheduleNamed is the only one that is listed by a name.
func scheduleNamed(t *testing.T, s *Store, name string) store.Schedule {
	t.Helper()
	all := schedules(t, s, store.SchedulesRequest{Names: []string{name}}).Schedules
	if len(all) != 1 {
		t.Fatalf("%d schedules are named %q", len(all), name)
	}
	return all[0]
}

// whatHolds is a column what with other values, in SQL.
func whatHolds(spec, missed, job string) string {
	return fmt.Sprintf(`what = '{"spec":%q,"missed":%q,"job":%s}'`, spec, missed, job)
}

// TestAScheduleThatCannotBeReadIsPausedAndSaysWhy, and holds up no other.
func TestAScheduleThatCannotBeReadIsPausedAndSaysWhy(t *testing.T) {
	for set, why := range map[string]string{
		`what = '{'`:                  `what holds the text "{" (unexpected end of JSON input)`,
		`what = ''`:                   `what holds the text "" (unexpected end of JSON input)`,
		`what = '[]'`:                 `what holds the text "[]" (json: cannot unmarshal array into`,
		`what = '{"spec":"@daily"}'`:  `what holds the text "{\"spec\":\"@daily\"}" (schedule "bad": invalid: Missed is "" (hint: skip, once or all))`,
		whatHolds("", "once", `{}`):   `Spec must be 1 to`,
		whatHolds("x", "once", `{}`):  `Kind must be 1 to`,
		whatHolds("x", "never", `{}`): `Missed is \"never\"`,
		`version = -1, since = -5`:    `version holds the number -1, since holds the number -5`,
		`version = 0`:                 `version holds the number 0`,
		`since = 9223372036854775807`: `since holds the number 9223372036854775807`,
		`declared = 0`:                `declared holds the number 0`,
		`changed = 300000000000000000, version = 9223372036854775807`: `version holds the number 9223372036854775807, changed holds the number 300000000000000000`,
		`what = repeat('x', 100000)`:                                  `xxx" (the first 4000 of 100000 bytes) (invalid character 'x'`,
	} {
		t.Run(set, func(t *testing.T) {
			s, g := openTemp(t, Options{})
			declare(t, s, "bad", "good")
			g.exec(t, "UPDATE tasuki.schedules SET "+set+" WHERE name = 'bad'")
			is := scheduleNamed(t, s, "bad")
			if !is.Paused || is.Job.Kind != "" || !strings.HasPrefix(is.Spec, "its row cannot be read: ") || !strings.Contains(is.Spec, strings.ReplaceAll(why, `\"never\"`, `"never"`)) {
				t.Errorf("paused %v, kind %q, %s", is.Paused, is.Job.Kind, is.Spec)
			}
			all := schedules(t, s, store.SchedulesRequest{}).Schedules
			if len(all) != 2 {
				t.Fatalf("%d schedules are listed, want both", len(all))
			}
			if is := all[1]; is.Name != "good" || is.Paused || is.Job.Kind != "k" || is.Spec != "@daily" {
				t.Errorf("the other is %+v", is)
			}
		})
	}
}

// TestAScheduleInATimeZoneThatNobodyKnowsIsListedAsItIs: who fires reads the spec, not
// the store.
func TestAScheduleInATimeZoneThatNobodyKnowsIsListedAsItIs(t *testing.T) {
	s, g := openTemp(t, Options{})
	declare(t, s, "bad", "good")
	g.exec(t, `UPDATE tasuki.schedules SET what = replace(what, '@daily', '0 3 * * * Mars/Olympus') WHERE name = 'bad'`)
	all := schedules(t, s, store.SchedulesRequest{}).Schedules
	if len(all) != 2 || all[0].Spec != "0 3 * * * Mars/Olympus" || all[0].Paused || all[0].Job.Kind != "k" || all[1].Spec != "@daily" {
		t.Errorf("%+v", all)
	}
}

// TestDeclareReplacesWhatCannotBeRead: it is as one that is declared for the first
// time, under a version that callers have not seen.
func TestDeclareReplacesWhatCannotBeRead(t *testing.T) {
	for _, set := range []string{"what = '{'", "since = 0", "version = -1", "changed = -1"} {
		t.Run(set, func(t *testing.T) {
			s, g := openTemp(t, Options{})
			declare(t, s, "bad")
			if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k", Tick: store.Tick{Schedule: "bad", N: 5}}}); err != nil {
				t.Fatal(err)
			}
			was := scheduleNamed(t, s, "bad")
			g.exec(t, "UPDATE tasuki.schedules SET "+set)
			before := declare(t, s, "bad")[0]
			is := scheduleNamed(t, s, "bad")
			if before.Version == 0 || before.Job.Kind != "" {
				t.Errorf("it was %+v", before)
			}
			if is.Paused || is.Spec != "@daily" || is.Job.Kind != "k" || is.Last != 5 || is.Version <= was.Version ||
				!is.From.After(was.From) || !is.DeclaredAt.Equal(was.DeclaredAt) {
				t.Errorf("it was %+v, is %+v", was, is)
			}
		})
	}
}

func TestDeclareOfAPausedScheduleThatCannotBeReadLeavesItPaused(t *testing.T) {
	s, g := openTemp(t, Options{})
	declare(t, s, "bad")
	if _, err := s.Switch(t.Context(), []string{"bad"}, store.SchedulePause); err != nil {
		t.Fatal(err)
	}
	g.exec(t, "UPDATE tasuki.schedules SET what = '{', declared = 0")
	declare(t, s, "bad")
	if is := scheduleNamed(t, s, "bad"); !is.Paused || is.Spec != "@daily" || is.DeclaredAt.Before(time.Now().Add(-time.Hour)) {
		t.Errorf("%+v", is)
	}
}

func TestAScheduleThatCannotBeReadIsNeitherPausedNorResumed(t *testing.T) {
	s, g := openTemp(t, Options{})
	declare(t, s, "bad")
	g.exec(t, "UPDATE tasuki.schedules SET what = '{'")
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
	s, g := openTemp(t, Options{})
	declare(t, s, "bad")
	if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k", Tick: store.Tick{Schedule: "bad", N: 5}}}); err != nil {
		t.Fatal(err)
	}
	g.exec(t, "UPDATE tasuki.schedules SET what = '{', version = 0, since = -1")
	if n, err := s.Switch(t.Context(), []string{"bad"}, store.ScheduleDelete); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	declare(t, s, "bad")
	if is := scheduleNamed(t, s, "bad"); is.Last != 0 {
		t.Errorf("%+v", is)
	}
}

func TestAScheduleWithoutANameIsListedAndDeletedUnderAnother(t *testing.T) {
	s, g := openTemp(t, Options{})
	declare(t, s, "bad", "good", "zero")
	g.exec(t, "UPDATE tasuki.schedules SET name = '' WHERE name = 'bad'")
	if is := scheduleNamed(t, s, "unreadable-1"); !is.Paused || is.Job.Kind != "" || !strings.Contains(is.Spec, `name holds the text ""`) {
		t.Errorf("%+v", is)
	}
	var names []string
	for after := ""; len(names) < 4; after = names[len(names)-1] { // page by page
		page := schedules(t, s, store.SchedulesRequest{After: after, Limit: 1}).Schedules
		if len(page) == 0 {
			break
		}
		names = append(names, page[0].Name)
	}
	if got := strings.Join(names, " "); got != "good unreadable-1 zero" {
		t.Errorf("listed are %s", got)
	}
	if n, err := s.Switch(t.Context(), []string{"unreadable-1"}, store.SchedulePause); n != 0 || err != nil {
		t.Errorf("%d are paused, %v", n, err)
	}
	if n, err := s.Switch(t.Context(), []string{"unreadable-1"}, store.ScheduleDelete); n != 1 || err != nil {
		t.Errorf("%d are deleted, %v", n, err)
	}
	if all := schedules(t, s, store.SchedulesRequest{}).Schedules; len(all) != 2 {
		t.Errorf("left is %+v", all)
	}
}

func TestAScheduleThatHasTheNameOfAnUnreadableOneComesFirst(t *testing.T) {
	s, g := openTemp(t, Options{})
	declare(t, s, "bad", "unreadable-1")
	g.exec(t, "UPDATE tasuki.schedules SET name = '' WHERE name = 'bad'")
	if before := declare(t, s, "unreadable-1")[0]; before.Spec != "@daily" || before.Version != 2 {
		t.Errorf("%+v", before)
	}
	if n, err := s.Switch(t.Context(), []string{"unreadable-1"}, store.ScheduleDelete); n != 1 || err != nil {
		t.Errorf("%d are deleted, %v", n, err)
	}
	if is := scheduleNamed(t, s, "unreadable-1"); !strings.Contains(is.Spec, `name holds`) {
		t.Errorf("%+v", is)
	}
}

// TestCountsOfSchedulesThatCannotBeReadBeginAnewWhereNobodyHasBeen: or a caller would
// take what changes next for what it knows.
func TestCountsOfSchedulesThatCannotBeReadBeginAnewWhereNobodyHasBeen(t *testing.T) {
	for _, damage := range []string{
		"UPDATE tasuki.schedule_counts SET version = -7",
		"UPDATE tasuki.schedule_counts SET version = 9223372036854775807",
		"UPDATE tasuki.schedule_counts SET deleted = -1",
		"DELETE FROM tasuki.schedule_counts",
	} {
		t.Run(damage, func(t *testing.T) {
			s, g := openTemp(t, Options{})
			declare(t, s, "a", "b", "gone")
			if _, err := s.Switch(t.Context(), []string{"gone"}, store.ScheduleDelete); err != nil {
				t.Fatal(err)
			}
			was := schedules(t, s, store.SchedulesRequest{})
			g.exec(t, damage)
			if got := schedules(t, s, store.SchedulesRequest{Since: was.Version}); got.Version >= was.Version || got.Deleted == was.Deleted {
				t.Errorf("unreadable they are %d and %d", got.Version, got.Deleted)
			}
			if got := schedules(t, s, store.SchedulesRequest{}); len(got.Schedules) != 2 {
				t.Errorf("%d schedules", len(got.Schedules))
			}
			if _, err := s.Switch(t.Context(), []string{"a"}, store.SchedulePause); err != nil {
				t.Fatal(err)
			}
			got := schedules(t, s, store.SchedulesRequest{Since: was.Version})
			if got.Deleted == was.Deleted && (len(got.Schedules) != 1 || got.Schedules[0].Name != "a") {
				t.Errorf("nobody hears of the change: %+v", got)
			}
			if again := schedules(t, s, store.SchedulesRequest{Since: got.Version}); again.Version != got.Version || len(again.Schedules) != 0 {
				t.Errorf("%+v, then %+v", got, again)
			}
		})
	}
}
