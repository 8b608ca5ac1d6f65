package tasuki_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// The link passes schedules on as it does the rest.

func (l *link) Declare(ctx context.Context, all []store.Schedule) ([]store.Schedule, error) {
	return through(ctx, l, "declare", func() ([]store.Schedule, error) { return l.Store.(store.Scheduler).Declare(ctx, all) })
}

func (l *link) Schedules(ctx context.Context, req store.SchedulesRequest) (store.SchedulesReply, error) {
	return through(ctx, l, "schedules", func() (store.SchedulesReply, error) { return l.Store.(store.Scheduler).Schedules(ctx, req) })
}

func (l *link) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (int, error) {
	return through(ctx, l, "switch", func() (int, error) { return l.Store.(store.Scheduler).Switch(ctx, names, to) })
}

// nightly is a schedule at 03:00, three hours after a bubble begins.
func nightly() tasuki.Schedule {
	return tasuki.Schedule{Name: "nightly", At: cron.Must("0 3 * * *"), Job: task.Job(1)}
}

// hourly is one at the full hour.
func hourly(missed store.Missed) tasuki.Schedule {
	return tasuki.Schedule{Name: "hourly", At: cron.Must("@hourly"), Job: task.Job(1), Missed: missed}
}

// planning is a worker that runs no jobs and fires schedules.
func planning(all ...tasuki.Schedule) tasuki.Config { return tasuki.Config{Schedules: all} }

// slowly is a worker that does everything else once a minute, for tests of days.
func slowly(cfg tasuki.Config) tasuki.Config {
	cfg.Beat, cfg.Poll = time.Minute, time.Minute
	return cfg
}

// ticks are the ticks in the store, as times, in order.
func ticks(t *testing.T, st store.Store) []string {
	t.Helper()
	p, err := st.List(t.Context(), store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var all []int64
	for _, j := range p.Jobs {
		all = append(all, j.Tick.N)
	}
	slices.Sort(all)
	var texts []string
	for _, n := range all {
		texts = append(texts, time.Unix(n, 0).UTC().Format("2 15:04:05"))
	}
	return texts
}

func wantTicks(t *testing.T, st store.Store, want ...string) {
	t.Helper()
	if got := ticks(t, st); !slices.Equal(got, want) {
		t.Fatalf("ticks %q, want %q", got, want)
	}
}

// scheduleRow is the row of a name.
func scheduleRow(t *testing.T, st *memory.Store, name string) store.Schedule {
	t.Helper()
	got, err := st.Schedules(t.Context(), store.SchedulesRequest{Names: []string{name}})
	if err != nil || len(got.Schedules) != 1 {
		t.Fatalf("rows of %s: %+v, %v", name, got.Schedules, err)
	}
	return got.Schedules[0]
}

func switched(t *testing.T, st *memory.Store, to store.ScheduleSwitch, name string) {
	t.Helper()
	if n, err := st.Switch(t.Context(), []string{name}, to); n != 1 || err != nil {
		t.Fatalf("%s: %d, %v", to, n, err)
	}
}

func TestTenWorkersFireATickOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		every := tasuki.Schedule{Name: "every", At: cron.Must("@every 1m"), Job: task.Job(1)}
		for range 10 {
			started(t, way, planning(every))
		}
		pass(2*time.Minute + time.Second)
		wantTicks(t, st, "1 00:01:00", "1 00:02:00")
		if n := way.count("enqueue"); n != 20 {
			t.Errorf("they fired %d times, want each of 10 each of 2", n)
		}
	})
}

func TestATickRunsItsJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var ran tally
		cfg := planning(nightly())
		cfg.Handlers = []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			ran.add(time.Now().UTC().Hour()*100 + n)
			return nil
		})}
		started(t, st, slowly(cfg))
		pass(27 * time.Hour)
		synctest.Wait()
		if got := ran.all(); !slices.Equal(got, []int{301, 301}) {
			t.Errorf("ran at %v, want at 3 o'clock of both days with its argument", got)
		}
	})
}

func TestAStartAfterMissedTicksDoesAsMissedSays(t *testing.T) {
	for missed, want := range map[store.Missed][]string{
		"":               {"1 01:00:00", "1 04:00:00", "1 05:00:00"},
		store.MissedOnce: {"1 01:00:00", "1 04:00:00", "1 05:00:00"},
		store.MissedSkip: {"1 01:00:00", "1 05:00:00"},
		store.MissedAll:  {"1 01:00:00", "1 02:00:00", "1 03:00:00", "1 04:00:00", "1 05:00:00"},
	} {
		t.Run(string(missed), func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				stopped(t, atTime(t, st, 90*time.Minute, hourly(missed)))
				pass(3 * time.Hour)
				started(t, st, planning(hourly(missed)))
				pass(30*time.Minute + time.Second) // 05:00:01
				wantTicks(t, st, want...)
			})
		})
	}
}

func TestAStartDoesNotFireWhatWasFired(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		stopped(t, atTime(t, st, 150*time.Minute, hourly(store.MissedAll)))
		way := newLink(st)
		started(t, way, planning(hourly(store.MissedAll)))
		pass(time.Minute)
		if n := way.count("enqueue"); n != 0 {
			t.Errorf("it tried to, %d times", n)
		}
	})
}

func TestTheDelayOfAJobCountsFromItsTickHoweverLateThatIs(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		later := hourly("")
		later.Job = task.Job(1, tasuki.Delay(45*time.Minute))
		stopped(t, atTime(t, st, time.Minute, later))
		pass(89 * time.Minute)
		started(t, st, planning(later))
		pass(16 * time.Minute)
		page, err := st.List(t.Context(), store.ListRequest{})
		if err != nil || len(page.Jobs) != 1 {
			t.Fatal(len(page.Jobs), err)
		}
		if due := page.Jobs[0].DueAt.UTC(); due.Round(time.Second) != time.Date(2000, 1, 1, 1, 45, 0, 0, time.UTC) {
			t.Errorf("due at %v", due)
		}
	})
}

// atTime runs a worker for so long.
func atTime(t *testing.T, st store.Store, d time.Duration, all ...tasuki.Schedule) *tasuki.Worker {
	t.Helper()
	w := started(t, st, planning(all...))
	pass(d)
	return w
}

func TestOfVeryManyMissedTicksTheNewestThousandAreMadeUpFor(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		every := tasuki.Schedule{Name: "every", At: cron.Must("@every 10s"), Job: task.Job(1), Missed: store.MissedAll}
		stopped(t, atTime(t, st, time.Second, every))
		pass(100 * time.Hour)
		log, out := logged()
		cfg := planning(every)
		cfg.Logger = log
		w := started(t, st, cfg)
		pass(4 * time.Second)
		stopped(t, w)
		got := ticks(t, st)
		if len(got) != 1000 || got[999] != "5 04:00:00" || got[0] != "5 01:13:30" {
			t.Errorf("%d ticks from %s to %s", len(got), got[0], got[len(got)-1])
		}
		if n := strings.Count(out.String(), "more ticks were missed"); n != 1 {
			t.Errorf("said %d times that some were left out", n)
		}
	})
}

func TestTicksBeforeTheFirstDeclareOrAnotherSpecAreNoMissedOnes(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		pass(10 * time.Hour)
		w := started(t, st, slowly(planning(nightly())))
		pass(17*time.Hour + 30*time.Minute) // until 03:30 of the second day
		stopped(t, w)
		wantTicks(t, st, "2 03:00:00")
		pass(9 * time.Hour)
		later := nightly()
		later.At = cron.Must("0 4 * * *")
		started(t, st, slowly(planning(later)))
		pass(time.Hour)
		wantTicks(t, st, "2 03:00:00")
		pass(24 * time.Hour)
		wantTicks(t, st, "2 03:00:00", "3 04:00:00")
	})
}

func TestTheNewestStartWinsAndBothSayWhatDiffers(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		oldLog, oldOut := logged()
		cfg := planning(nightly())
		cfg.Logger = oldLog
		old := started(t, st, cfg)
		pass(time.Minute)
		newLog, newOut := logged()
		later := nightly()
		later.At, later.Job = cron.Must("0 5 * * *"), task.Job(2)
		cfg = planning(later)
		cfg.Logger = newLog
		stopped(t, started(t, st, cfg)) // the old one alone fires it then, as the new one said
		pass(6 * time.Hour)
		wantTicks(t, st, "1 05:00:00")
		page, err := st.List(t.Context(), store.ListRequest{})
		if err != nil || string(page.Jobs[0].Args) != "2" {
			t.Errorf("the job is %+v, %v; want the newer one's", page.Jobs, err)
		}
		for who, out := range map[string]*logBuffer{"declared anew; the newest start wins": newOut, "as another worker declared it": oldOut} {
			line := out.String()
			if !strings.Contains(line, who) || !strings.Contains(line, `"0 3 * * *"`) || !strings.Contains(line, `"0 5 * * *"`) {
				t.Errorf("no line %q with both times:\n%s", who, line)
			}
		}
		if !strings.Contains(newOut.String(), "declared_by="+old.Name()) {
			t.Errorf("the log does not name who had declared it:\n%s", newOut)
		}
	})
}

// fixed is a Timing without a parser.
type fixed string

func (f fixed) String() string { return string(f) }
func (f fixed) Next(after time.Time) time.Time {
	return after.Truncate(time.Hour).Add(time.Hour)
}

func TestTimesThatCannotBeReadAreLeftToTheOthers(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		mine := hourly("")
		mine.At = fixed("hourly")
		cfg := planning(mine, nightly())
		cfg.Logger = log
		started(t, st, cfg)
		if _, err := st.Declare(t.Context(), []store.Schedule{{Name: "hourly", Spec: "when the moon is full", Missed: store.MissedOnce, Job: store.Job{Kind: "task"}},
			{Name: "nightly", Spec: "0 3 * * MUN", Missed: store.MissedOnce, Job: store.Job{Kind: "task"}}}); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		stopped(t, started(t, st, planning(tasuki.Schedule{Name: "other", At: cron.Must("@yearly"), Job: task.Job(1)})))
		switched(t, st, store.ScheduleDelete, "other") // so that all is read anew
		pass(3 * time.Hour)
		wantTicks(t, st)
		if n := strings.Count(out.String(), "cannot read"); n != 2 {
			t.Errorf("said %d times that it cannot read times, want once each:\n%s", n, out)
		}
	})
}

func TestVeryManySchedulesAreReadPageByPage(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var all []tasuki.Schedule
		var names []string
		for i := range 600 {
			names = append(names, fmt.Sprint("s", i))
			all = append(all, tasuki.Schedule{Name: names[i], At: cron.Must("@hourly"), Job: task.Job(i)})
		}
		started(t, st, planning(all...))
		pass(time.Hour + time.Second)
		if stats, err := st.Stats(t.Context()); err != nil || stats.Queues[0].Counts[store.Ready] != len(all) {
			t.Fatalf("%+v, %v", stats, err)
		}
		if n, err := st.Switch(t.Context(), names, store.SchedulePause); n != len(all) || err != nil {
			t.Fatal(n, err)
		}
		pass(time.Hour)
		if stats, err := st.Stats(t.Context()); err != nil || stats.Queues[0].Counts[store.Ready] != len(all) {
			t.Errorf("after a pause of all: %+v, %v", stats, err)
		}
	})
}

func TestASchedulesNameThatAProgramDoesNotHaveIsNotFired(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		stopped(t, started(t, st, planning(hourly(""))))
		started(t, st, planning(nightly()))
		pass(4 * time.Hour)
		wantTicks(t, st, "1 03:00:00")
	})
}

func TestAPausedScheduleIsNotFiredAndWhatItMissedIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		started(t, st, planning(hourly(store.MissedAll)))
		pass(90 * time.Minute)
		switched(t, st, store.SchedulePause, "hourly")
		pass(3 * time.Hour)
		switched(t, st, store.ScheduleResume, "hourly")
		pass(time.Minute)
		stopped(t, started(t, st, planning(hourly(store.MissedAll))))
		pass(30 * time.Minute)
		wantTicks(t, st, "1 01:00:00", "1 05:00:00")
	})
}

func TestADeletedScheduleIsFiredAgainOnceAWorkerStarts(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		started(t, st, planning(hourly("")))
		pass(90 * time.Minute)
		switched(t, st, store.ScheduleDelete, "hourly")
		pass(2 * time.Hour)
		wantTicks(t, st, "1 01:00:00")
		stopped(t, started(t, st, planning(hourly(""))))
		pass(time.Hour) // by the first one, which heard of it
		wantTicks(t, st, "1 01:00:00", "1 04:00:00")
	})
}

func TestOnDaysOfDaylightSavingANightlyJobComesOnce(t *testing.T) {
	for day, want := range map[string]string{"2000-03-26": "26 01:00:00", "2000-10-29": "29 00:30:00"} {
		t.Run(day, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				at, err := time.Parse(time.DateOnly, day)
				if err != nil {
					t.Fatal(err)
				}
				pass(time.Until(at.Add(-12 * time.Hour)))
				atHalf := nightly()
				atHalf.At = cron.Must("30 2 * * * Europe/Berlin")
				started(t, st, slowly(planning(atHalf)))
				pass(24 * time.Hour)
				wantTicks(t, st, want)
			})
		})
	}
}

func TestAnOutageDelaysTicks(t *testing.T) {
	for missed, want := range map[store.Missed][]string{
		store.MissedOnce: {"1 03:00:00"},
		store.MissedAll:  {"1 01:00:00", "1 02:00:00", "1 03:00:00"},
	} {
		t.Run(string(missed), func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				way := newLink(st)
				started(t, way, planning(hourly(missed)))
				pass(30 * time.Minute)
				way.set(func(l *link) { l.cut = true })
				pass(3 * time.Hour)
				way.set(func(l *link) { l.cut = false })
				pass(5 * time.Second)
				wantTicks(t, st, want...)
			})
		})
	}
}

func TestATickWhoseAnswerWasLostIsOneJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.lose["enqueue"] = 2
		started(t, way, planning(nightly()))
		pass(4 * time.Hour)
		wantTicks(t, st, "1 03:00:00")
		if n := way.count("enqueue"); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
	})
}

func TestAQuietWorkerFiresNothingAndMakesUpForItWhenItResumes(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		w := started(t, st, planning(hourly("")))
		w.Quiet()
		pass(150 * time.Minute)
		wantTicks(t, st)
		w.Resume()
		pass(5 * time.Second)
		wantTicks(t, st, "1 02:00:00")
	})
}

func TestAWorkerThatIsTakenForDeadFiresNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		started(t, way, planning(nightly()))
		pass(3*time.Hour - 20*time.Second)
		way.set(func(l *link) { l.broken["beat"] = true })
		pass(time.Hour)
		wantTicks(t, st)
	})
}

func TestTheStoresClockDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Int64
		set := func(d time.Duration) { ahead.Store(int64(d)) }
		st := memory.New(memory.Options{Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		set(2 * time.Hour)
		started(t, st, planning(nightly()))
		pass(time.Hour + time.Second)
		wantTicks(t, st, "1 03:00:00")
		set(26*time.Hour - time.Minute) // a jump: noticed with the next look
		pass(time.Minute)
		wantTicks(t, st, "1 03:00:00", "2 03:00:00")
		set(0) // and back: what was fired is not fired again
		pass(3 * time.Hour)
		wantTicks(t, st, "1 03:00:00", "2 03:00:00")
	})
}

func TestJitterDelaysTheJobByAtMostSoMuch(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		every := tasuki.Schedule{Name: "every", At: cron.Must("@every 1m"), Job: task.Job(1, tasuki.Delay(time.Hour)), Jitter: 10 * time.Second}
		started(t, st, planning(every))
		pass(31 * time.Minute)
		page, err := st.List(t.Context(), store.ListRequest{})
		if err != nil || len(page.Jobs) < 30 {
			t.Fatal(len(page.Jobs), err)
		}
		seen := map[time.Duration]bool{}
		for _, j := range page.Jobs {
			late := j.DueAt.Sub(time.Unix(j.Tick.N, 0)) - time.Hour
			if late < 0 || late > 10*time.Second {
				t.Errorf("due %v after its tick and its delay", late)
			}
			seen[late.Round(time.Second)] = true
		}
		if len(seen) < 4 {
			t.Errorf("30 ticks were delayed by %v", seen)
		}
	})
}

func TestWithAKeyATickAddsNothingWhileTheJobOfTheLastIsNotDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		keyed := hourly(store.MissedAll)
		keyed.Job = task.Job(1, tasuki.Unique("one"))
		started(t, st, planning(keyed))
		pass(150 * time.Minute)
		wantTicks(t, st, "1 01:00:00")
		page, err := st.List(t.Context(), store.ListRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{page.Jobs[0].ID}}, To: store.Deleted}); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		wantTicks(t, st, "1 03:00:00")
	})
}
