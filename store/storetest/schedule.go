package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var schedulePromises = []promise{
	{"what was declared is there as it was declared", hasSchedules, func(s *stage) {
		full := schedule("full")
		full.Jitter, full.Missed, full.By = time.Minute, store.MissedAll, "worker 7"
		full.Job = store.Job{Kind: "mail", Queue: "slow", Args: raw(`{"to":12345678901234567890,"text":"a<b"}`), Delay: time.Second,
			MaxAttempts: 3, Timeout: time.Hour}
		s.declare(schedule("a"), full)
		s.declared(schedule("a"), full)
	}},
	{"a new one is not paused, has no last tick and is from now", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		row, now := s.row("a"), s.schedules(store.SchedulesRequest{}).Now
		if row.Paused || row.Last != 0 || row.Version == 0 {
			s.Fatalf("the row is %+v", row)
		}
		for what, at := range map[string]time.Time{"DeclaredAt": row.DeclaredAt, "ChangedAt": row.ChangedAt, "From": row.From} {
			s.near(what, now.Sub(at), 0)
		}
	}},
	{"the last Declare wins, and answers what was there before", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		next := schedule("a")
		next.Spec, next.Missed, next.Jitter, next.Job.Kind, next.By = "other", store.MissedSkip, time.Second, "k2", "v2"
		before := s.declare(schedule("b"), next)
		if before[0].Version != 0 || before[1].Spec != schedule("a").Spec || before[1].Version == 0 {
			s.Fatalf("answered %+v", before)
		}
		s.declared(next, schedule("b"))
	}},
	{"a Declare leaves Paused, Last and DeclaredAt as they are", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		s.switched(1, store.SchedulePause, "a")
		s.add(tick("t", "a", 77))
		was := s.row("a")
		s.sub.Advance(time.Hour)
		next := schedule("a")
		next.Spec = "other"
		s.declare(next)
		if row := s.row("a"); !row.Paused || row.Last != 77 || !row.DeclaredAt.Equal(was.DeclaredAt) {
			s.Fatalf("the row is %+v, it was %+v", row, was)
		}
	}},
	{"a Declare of what is there already writes nothing", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		was := s.row("a")
		s.sub.Advance(time.Hour)
		again := schedule("a")
		again.By = "somebody else"
		again.Version, again.Last, again.Paused = 99, 99, true
		s.declare(again)
		if row := s.row("a"); show(row) != show(was) {
			s.Fatalf("the row is %s, it was %s", show(row), show(was))
		}
	}},
	{"a bad schedule fails the whole Declare with ErrInvalid", hasSchedules, func(s *stage) {
		for what, spoil := range badSchedules {
			bad := schedule("bad")
			spoil(&bad)
			_, err := s.scheduler().Declare(s.Context(), []store.Schedule{schedule("a"), bad})
			s.is(err, store.ErrInvalid)
			if got := s.schedules(store.SchedulesRequest{}).Schedules; len(got) != 0 {
				s.Fatalf("%s: the store has %+v", what, got)
			}
		}
	}},
	{"a name that is declared twice in one call is ErrInvalid", hasSchedules, func(s *stage) {
		_, err := s.scheduler().Declare(s.Context(), []store.Schedule{schedule("a"), schedule("a")})
		s.is(err, store.ErrInvalid)
		s.declared()
	}},
	{"to declare nothing or switch nobody is no error", hasSchedules, func(s *stage) {
		s.declare()
		s.switched(0, store.SchedulePause)
		s.declared()
	}},
	{"Last is the highest tick that was used up", hasSchedules, func(s *stage) {
		s.declare(schedule("a"), schedule("b"))
		s.add(tick("t1", "a", 100))
		s.becomes(store.Passed, tick("t2", "a", 99))
		s.add(tick("t3", "a", 101), tick("t4", "other", 500))
		if a, b := s.row("a"), s.row("b"); a.Last != 101 || b.Last != 0 {
			s.Fatalf("last ticks %d and %d", a.Last, b.Last)
		}
	}},
	{"a tick raises no Version", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		was := s.schedules(store.SchedulesRequest{})
		s.add(tick("t", "a", 100))
		if now := s.schedules(store.SchedulesRequest{}); now.Version != was.Version || now.Schedules[0].Version != was.Schedules[0].Version {
			s.Fatalf("versions %+v, were %+v", now, was)
		}
	}},
	{"rows come in name order, those that changed after Since", hasSchedules, func(s *stage) {
		s.declare(schedule("c"), schedule("a"), schedule("b"))
		was := s.schedules(store.SchedulesRequest{})
		s.rowNames(was, "a", "b", "c")
		s.rowNames(s.schedules(store.SchedulesRequest{Since: was.Version}))
		s.switched(1, store.SchedulePause, "b")
		now := s.schedules(store.SchedulesRequest{Since: was.Version})
		s.rowNames(now, "b")
		if now.Version <= was.Version || now.Schedules[0].Version != now.Version {
			s.Fatalf("version %d after %d, the row's %d", now.Version, was.Version, now.Schedules[0].Version)
		}
	}},
	{"rows come by names and by pages", hasSchedules, func(s *stage) {
		s.declare(schedule("a"), schedule("b"), schedule("c"), schedule("d"))
		s.rowNames(s.schedules(store.SchedulesRequest{Names: []string{"d", "b", "none"}}), "b", "d")
		s.rowNames(s.schedules(store.SchedulesRequest{Names: []string{}}))
		s.rowNames(s.schedules(store.SchedulesRequest{Limit: 3}), "a", "b", "c")
		s.rowNames(s.schedules(store.SchedulesRequest{Limit: 3, After: "c"}), "d")
		s.rowNames(s.schedules(store.SchedulesRequest{Limit: 1, After: "a", Names: []string{"a", "c", "d"}}), "c")
	}},
	{"Now is the store's clock", hasSchedules, func(s *stage) {
		was := s.schedules(store.SchedulesRequest{}).Now
		s.sub.Advance(time.Hour)
		s.near("an hour", s.schedules(store.SchedulesRequest{}).Now.Sub(was), time.Hour)
	}},
	{"a switch changes those that are there and not so already", hasSchedules, func(s *stage) {
		s.declare(schedule("a"), schedule("b"), schedule("c"))
		s.switched(2, store.SchedulePause, "a", "b", "a", "none")
		s.switched(1, store.SchedulePause, "b", "c")
		s.switched(1, store.ScheduleResume, "b")
		s.switched(0, store.ScheduleResume, "b")
		for name, paused := range map[string]bool{"a": true, "b": false, "c": true} {
			if row := s.row(name); row.Paused != paused {
				s.Fatalf("%s: %+v", name, row)
			}
		}
	}},
	{"a switch that is none is ErrInvalid", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		_, err := s.scheduler().Switch(s.Context(), []string{"a"}, "off")
		s.is(err, store.ErrInvalid)
		s.declared(schedule("a"))
	}},
	{"a pause leaves its jobs and ticks alone", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		s.add(tick("t1", "a", 100))
		s.switched(1, store.SchedulePause, "a")
		s.in("t1", store.Ready)
		s.add(tick("t2", "a", 101)) // of a worker that has not heard of it
		if row := s.row("a"); row.Last != 101 {
			s.Fatalf("the row is %+v", row)
		}
	}},
	{"From moves with another Spec and with a resume, and with nothing else", hasSchedules, func(s *stage) {
		s.declare(schedule("a"))
		began := s.row("a").From
		from := func(want time.Duration) {
			s.Helper()
			s.near("From", s.row("a").From.Sub(began), want)
		}
		s.sub.Advance(time.Hour)
		next := schedule("a")
		next.Job.Kind, next.Missed = "k2", store.MissedAll
		s.declare(next)
		s.switched(1, store.SchedulePause, "a")
		from(0)
		s.sub.Advance(time.Hour)
		s.switched(1, store.ScheduleResume, "a")
		from(2 * time.Hour)
		s.sub.Advance(time.Hour)
		next.Spec = "other"
		s.declare(next)
		from(3 * time.Hour)
		s.sub.Advance(time.Hour)
		s.switched(0, store.ScheduleResume, "a")
		s.declare(next)
		from(3 * time.Hour)
	}},
	{"a deleted one is gone, counted, and its last tick forgotten", hasSchedules, func(s *stage) {
		s.declare(schedule("a"), schedule("b"))
		s.add(tick("t1", "a", 100), tick("t2", "b", 100))
		was := s.schedules(store.SchedulesRequest{})
		s.switched(1, store.ScheduleDelete, "a", "none", "a")
		now := s.schedules(store.SchedulesRequest{})
		s.rowNames(now, "b")
		if now.Deleted != was.Deleted+1 || now.Schedules[0].Last != 100 {
			s.Fatalf("%d deleted, were %d; left %+v", now.Deleted, was.Deleted, now.Schedules)
		}
		s.in("t1", store.Ready)
		s.add(tick("t3", "a", 50))
	}},
	{"a version is never given again, whatever is deleted", hasSchedules, func(s *stage) {
		s.declare(schedule("a"), schedule("b"))
		was := s.schedules(store.SchedulesRequest{})
		s.switched(2, store.ScheduleDelete, "a", "b")
		if now := s.schedules(store.SchedulesRequest{}); now.Version < was.Version {
			s.Fatalf("version %d, was %d", now.Version, was.Version)
		}
		s.declare(schedule("c"))
		s.rowNames(s.schedules(store.SchedulesRequest{Since: was.Version}), "c")
	}},
	{"of many who declare differently the last is there whole", hasSchedules, func(s *stage) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				row := schedule("a")
				row.Spec, row.By, row.Job.Kind = fmt.Sprint("spec ", i), fmt.Sprint(i), fmt.Sprint("kind ", i)
				if _, err := s.scheduler().Declare(s.Context(), []store.Schedule{row}); err != nil {
					s.Error(err)
				}
			})
		}
		wg.Wait()
		row := s.row("a")
		if row.Spec != "spec "+row.By || row.Job.Kind != "kind "+row.By {
			s.Fatalf("the row is %+v", row)
		}
	}},
	{"schedules and their switches outlive their handle", all(hasSchedules, canReopen), func(s *stage) {
		s.declare(schedule("a"), schedule("b"))
		s.switched(1, store.SchedulePause, "a")
		was := fmt.Sprint(show(s.row("a")), show(s.row("b")))
		s.reopen()
		if now := fmt.Sprint(show(s.row("a")), show(s.row("b"))); now != was {
			s.Fatalf("rows %s, were %s", now, was)
		}
	}},
	{"what was declared and answered may be changed", hasSchedules, func(s *stage) {
		mine := schedule("a")
		mine.Job.Args = raw(`[1]`)
		s.declare(mine)
		mine.Job.Args[1] = '2'
		got := s.row("a")
		got.Job.Args[1] = '3'
		s.holds("the arguments", s.row("a").Job.Args, `[1]`)
	}},
}

// badSchedules spoil a good one.
var badSchedules = map[string]func(*store.Schedule){
	"no name":         func(r *store.Schedule) { r.Name = "" },
	"a long name":     func(r *store.Schedule) { r.Name = strings.Repeat("x", store.MaxName+1) },
	"a control sign":  func(r *store.Schedule) { r.Name = "a\nb" },
	"no spec":         func(r *store.Schedule) { r.Spec = "" },
	"a long spec":     func(r *store.Schedule) { r.Spec = strings.Repeat("x", store.MaxSpec+1) },
	"no missed":       func(r *store.Schedule) { r.Missed = "" },
	"strange missed":  func(r *store.Schedule) { r.Missed = "twice" },
	"a bad by":        func(r *store.Schedule) { r.By = "\xff" },
	"negative jitter": func(r *store.Schedule) { r.Jitter = -1 },
	"a job's id":      func(r *store.Schedule) { r.Job.ID = "x" },
	"a job's tick":    func(r *store.Schedule) { r.Job.Tick.Schedule = "x" },
	"no kind":         func(r *store.Schedule) { r.Job.Kind = "" },
	"bad arguments":   func(r *store.Schedule) { r.Job.Args = raw("{") },
}

// schedule is a plain schedule.
func schedule(name string) store.Schedule {
	return store.Schedule{Name: name, Spec: "0 3 * * *", Missed: store.MissedOnce, Job: store.Job{Kind: kind}}
}

func (s *stage) scheduler() store.Scheduler { return s.Store.(store.Scheduler) }

// declare declares and answers what was there before.
func (s *stage) declare(rows ...store.Schedule) []store.Schedule {
	s.Helper()
	before, err := s.scheduler().Declare(s.Context(), rows)
	s.ok(err)
	if len(before) != len(rows) {
		s.Fatalf("Declare answered %d rows for %d", len(before), len(rows))
	}
	return before
}

func (s *stage) schedules(req store.SchedulesRequest) store.SchedulesReply {
	s.Helper()
	reply, err := s.scheduler().Schedules(s.Context(), req)
	s.ok(err)
	return reply
}

// row is the row of a name that must be there.
func (s *stage) row(name string) store.Schedule {
	s.Helper()
	got := s.schedules(store.SchedulesRequest{Names: []string{name}}).Schedules
	if len(got) != 1 || got[0].Name != name {
		s.Fatalf("rows of the one name %s: %+v", name, got)
	}
	return got[0]
}

// switched switches and asserts how many changed.
func (s *stage) switched(want int, to store.ScheduleSwitch, names ...string) {
	s.Helper()
	n, err := s.scheduler().Switch(s.Context(), names, to)
	s.ok(err)
	if n != want {
		s.Fatalf("%s changed %d schedules, want %d", to, n, want)
	}
}

// declared asserts which schedules there are, as a program says them.
func (s *stage) declared(want ...store.Schedule) {
	s.Helper()
	var have, said []string
	for _, row := range s.schedules(store.SchedulesRequest{}).Schedules {
		have = append(have, said1(row))
	}
	for _, row := range want {
		said = append(said, said1(row))
	}
	if !slices.Equal(have, said) {
		s.Fatalf("schedules\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(said, "\n"))
	}
}

// said1 is what a program says of one schedule.
func said1(row store.Schedule) string {
	args := value(row.Job.Args)
	row.Job.Args = nil
	row.Paused, row.Last, row.Version = false, 0, 0
	row.DeclaredAt, row.ChangedAt, row.From = time.Time{}, time.Time{}, time.Time{}
	return show(row) + " args " + args
}

// show is all of a row.
func show(row store.Schedule) string {
	text, err := json.Marshal(row)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// rowNames asserts which rows were answered, in order.
func (s *stage) rowNames(reply store.SchedulesReply, want ...string) {
	s.Helper()
	var have []string
	for _, row := range reply.Schedules {
		have = append(have, row.Name)
	}
	if !slices.Equal(have, want) {
		s.Fatalf("schedules %q, want %q", have, want)
	}
}
