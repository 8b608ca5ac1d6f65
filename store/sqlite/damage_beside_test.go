package sqlite

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// ofNoJob are the other tables; see ofAJob. The counts have one row only.
var ofNoJob = map[string]damaged{
	"tasuki_schedules":       {"rowid", `name = 'bad-%02d'`, ""},
	"tasuki_schedule_counts": {"one", `one = 1`, ""},
	"tasuki_ticks":           {"schedule", `schedule = 'bad-%02d'`, ""},
	"tasuki_marks":           {"n", `label = 'bad-%02d'`, ""},
	"tasuki_orders":          {"n", `n = %d + 1`, ""},
	"tasuki_paused":          {"queue", `queue = 'bad-%02d'`, ""},
}

// stranger are values that look more like what belongs there.
var stranger = append(slices.Clone(strange), `CAST(x'ff00' AS TEXT)`, `''`, `'null'`, `'{"spec":5}'`, `'{"spec":"@daily"}'`, `0`, `-1`)

func TestEveryTableIsDamaged(t *testing.T) {
	s := openTemp(t, Options{})
	rows, err := s.DB().Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'tasuki\_%' ESCAPE '\'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if ofAJob[name].key == "" && ofNoJob[name].key == "" && name != "tasuki_schema" {
			t.Errorf("%s is in no sweep", name)
		}
	}
}

// TestNoValueInAnyColumnHoldsUpOtherSchedules nor marks, orders and pauses, nor jobs
// because of them.
func TestNoValueInAnyColumnHoldsUpOtherSchedules(t *testing.T) {
	template := openTemp(t, Options{Clock: (&clock{}).now})
	fillBeside(t, template)
	tables := map[string][]string{}
	for table := range ofNoJob {
		tables[table] = columns(t, template, table)
	}
	template.Close()
	for table, columns := range tables {
		for _, column := range columns {
			if table == "tasuki_schedule_counts" {
				continue // one row, see below
			}
			t.Run(table+"."+column, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "jobs.db")
				copyFile(t, template.file.path, path)
				sweepBeside(t, path, table, column)
			})
		}
	}
}

func TestNoValueInTheCountsOfSchedulesHoldsThemUp(t *testing.T) {
	const table = "tasuki_schedule_counts"
	c := &clock{}
	s := openTemp(t, Options{Clock: c.now})
	fillBeside(t, s)
	for i, f := range everyValue(stranger, columns(t, s, table)...) {
		before := schedules(t, s, store.SchedulesRequest{})
		(&sweep{t: t, s: s}).damage(0, table, f, ofNoJob[table])
		c.advance(time.Second)
		readSchedules(t, s, len(before.Schedules), plainSchedule("good").Spec)
		changeGood(t, s, before, fmt.Sprintf("@every %ds", i+1))
		changeGood(t, s, schedules(t, s, store.SchedulesRequest{}), plainSchedule("good").Spec)
		if t.Failed() {
			t.Fatalf("%+v", f)
		}
	}
}

func plainSchedule(name string) store.Schedule {
	return store.Schedule{Name: name, Spec: "@daily", Missed: store.MissedOnce, Job: store.Job{Kind: "k"}, By: "v1"}
}

func badNames() (names []string) {
	for i := range stranger {
		names = append(names, fmt.Sprintf("bad-%02d", i))
	}
	return names
}

func tick(name string, n int64) store.Job {
	return store.Job{ID: store.NewID(), Kind: "k", Tick: store.Tick{Schedule: name, N: n}}
}

func declare(t *testing.T, s *Store, names ...string) []store.Schedule {
	t.Helper()
	var all []store.Schedule
	for _, name := range names {
		all = append(all, plainSchedule(name))
	}
	before, err := s.Declare(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	return before
}

// fillBeside puts a good row and bad ones into each table.
func fillBeside(t *testing.T, s *Store) {
	t.Helper()
	beat(t, s, "w", 1)
	named(t, s, nil, "job")
	names := append(badNames(), "good")
	declare(t, s, names...)
	for _, name := range names {
		if _, err := s.Enqueue(t.Context(), []store.Job{tick(name, 5)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Mark(t.Context(), store.Mark{Label: name, By: "ci"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Signal(t.Context(), []string{"w"}, store.OrderDump); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Pause(t.Context(), names, true); err != nil {
		t.Fatal(err)
	}
}

// sweepBeside damages one column and then does all that can be done.
func sweepBeside(t *testing.T, path, table, column string) {
	c := &clock{}
	c.advance(time.Second)
	s := openAt(t, path, Options{Clock: c.now, Synchronous: Normal})
	before := schedules(t, s, store.SchedulesRequest{})
	w := sweep{t: t, s: s, c: c}
	w.plant(table, everyValue(stranger, column), ofNoJob[table])
	readSchedules(t, s, len(before.Schedules), "@daily")
	w.beats()
	w.stats()
	if len(claim(t, s, "w", 100)) == 0 {
		t.Error("nothing is claimed")
	}
	markBeside(t, s)
	fireSchedules(t, s)
	changeSchedules(t, s, before)
	if err := s.Pause(t.Context(), append(badNames(), "good"), false); err != nil {
		t.Error(err)
	}
	w.prune()
}

// schedules reads rows, as JSON as well.
func schedules(t *testing.T, s *Store, req store.SchedulesRequest) store.SchedulesReply {
	t.Helper()
	got, err := s.Schedules(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Errorf("schedules do not become JSON: %v", err)
	}
	return got
}

// readSchedules reads all at once, in pages and by name: they are all there, each as it
// was or paused, without a job and with what is wrong.
func readSchedules(t *testing.T, s *Store, want int, spec string) {
	t.Helper()
	all := schedules(t, s, store.SchedulesRequest{})
	if len(all.Schedules) != want {
		t.Errorf("%d schedules, want %d", len(all.Schedules), want)
	}
	for _, row := range all.Schedules {
		wrong := row.Paused && row.Job.Kind == "" && strings.Contains(row.Spec, "its row cannot be read: ")
		if row.Version == 0 || row.Check(math.MaxInt) != nil && !wrong {
			t.Errorf("%+v", row)
		}
	}
	var paged []store.Schedule
	for req := (store.SchedulesRequest{Limit: 3}); len(paged) <= want; {
		page := schedules(t, s, req).Schedules
		if paged = append(paged, page...); len(page) < req.Limit {
			break
		}
		req.After = page[len(page)-1].Name
	}
	if !slices.EqualFunc(all.Schedules, paged, func(a, b store.Schedule) bool { return a.Name == b.Name }) {
		t.Errorf("pages say %+v, want %+v", paged, all.Schedules)
	}
	good := schedules(t, s, store.SchedulesRequest{Names: []string{"good"}}).Schedules
	if len(good) != 1 || good[0].Paused || good[0].Spec != spec || good[0].Last != 5 {
		t.Errorf("the good one is %+v", good)
	}
}

// markBeside marks, and reads marks.
func markBeside(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.Mark(t.Context(), store.Mark{Label: "new"}); err != nil {
		t.Error(err)
	}
	marks, err := s.Marks(t.Context(), 0)
	if err != nil || len(marks) < 2 || marks[0].Label != "new" || marks[1].Label != "good" {
		t.Errorf("%+v, %v", marks, err)
	}
	if _, err := json.Marshal(marks); err != nil {
		t.Errorf("marks do not become JSON: %v", err)
	}
}

// fireSchedules fires two ticks of each.
func fireSchedules(t *testing.T, s *Store) {
	t.Helper()
	for _, n := range []int64{6, 5, 7} {
		for _, name := range append(badNames(), "good") {
			got, err := s.Enqueue(t.Context(), []store.Job{tick(name, n)})
			if want := map[bool]store.EnqueuedWhat{true: store.Added, false: store.Passed}[n > 5]; err != nil || name == "good" && got[0].What != want {
				t.Errorf("tick %d of %s: %+v, %v", n, name, got, err)
			}
		}
	}
}

// changeGood declares the good one anew; who knows how it was before hears of it.
func changeGood(t *testing.T, s *Store, before store.SchedulesReply, spec string) {
	t.Helper()
	other := plainSchedule("good")
	other.Spec = spec
	if _, err := s.Declare(t.Context(), []store.Schedule{other}); err != nil {
		t.Fatal(err)
	}
	now := schedules(t, s, store.SchedulesRequest{Since: before.Version})
	isOther := func(row store.Schedule) bool { return row.Name == "good" && row.Spec == spec }
	anew := now.Version < before.Version || now.Deleted != before.Deleted
	if !anew && !slices.ContainsFunc(now.Schedules, isOther) {
		t.Errorf("after %+v nobody hears of the change: %+v", before, now)
	}
}

// changeSchedules declares all of them, and deletes what is listed then; who knows how
// it was before hears of both.
func changeSchedules(t *testing.T, s *Store, before store.SchedulesReply) {
	t.Helper()
	changeGood(t, s, before, "@hourly")
	now := schedules(t, s, store.SchedulesRequest{})
	declare(t, s, badNames()...)
	all := schedules(t, s, store.SchedulesRequest{Names: badNames()}).Schedules
	for _, row := range all {
		if err := row.Check(math.MaxInt); err != nil || row.From.IsZero() {
			t.Errorf("declared anew it is %+v, %v", row, err)
		}
	}
	if len(all) != len(stranger) {
		t.Errorf("%d are there, declared were %d", len(all), len(stranger))
	}
	var names []string
	for _, row := range schedules(t, s, store.SchedulesRequest{}).Schedules {
		names = append(names, row.Name)
	}
	if n, err := s.Switch(t.Context(), names, store.ScheduleDelete); n != len(names) || err != nil {
		t.Errorf("%d of %d are deleted, %v", n, len(names), err)
	}
	last := schedules(t, s, store.SchedulesRequest{})
	if len(last.Schedules) != 0 || last.Deleted == now.Deleted {
		t.Errorf("left is %+v", last)
	}
}
