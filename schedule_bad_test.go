package tasuki_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAJobThatTheStoreRefusesHoldsUpNoOtherSchedule(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := refusing{Store: st, kind: "bad"}
		bad := tasuki.Schedule{Name: "bad", At: cron.Must("@hourly"), Job: tasuki.NewKind[int]("bad").Job(1)}
		log, out := logged()
		cfg := planning(bad, hourly(""))
		cfg.Logger = log
		started(t, way, cfg)
		pass(150 * time.Minute)
		wantTicks(t, st, "1 01:00:00", "1 02:00:00")
		if n := strings.Count(out.String(), "refuses a schedule's job"); n != 1 {
			t.Errorf("said %d times that it is refused:\n%s", n, out)
		}
	})
}

// refusing refuses the jobs of a kind.
type refusing struct {
	*memory.Store
	kind string
}

func (r refusing) Enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	for _, j := range jobs {
		if j.Kind == r.kind {
			return nil, fmt.Errorf("%w: not this kind", store.ErrInvalid)
		}
	}
	return r.Store.Enqueue(ctx, jobs)
}

// rogue is a Timing that does not keep its word after the first tick.
type rogue struct{ how string }

func (r rogue) String() string { return r.how }
func (r rogue) Next(after time.Time) time.Time {
	first := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)
	switch {
	case after.Before(first):
		return first
	case r.how == "panics":
		panic("no more")
	case r.how == "stays":
		return after
	}
	return after.Add(time.Nanosecond)
}

func TestATimingThatDoesNotKeepItsWordTakesNoWorkerDown(t *testing.T) {
	for how, most := range map[string]int{"panics": 1, "stays": 1, "crawls": 602} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				odd := hourly("")
				odd.Name, odd.At = "odd", rogue{how}
				started(t, st, planning(odd, hourly("")))
				pass(time.Hour + 10*time.Minute)
				if n := len(ticks(t, st)); n < 2 || n > most+1 {
					t.Errorf("%d ticks", n)
				}
			})
		})
	}
}

func TestBadSchedulesAreRefusedByNew(t *testing.T) {
	for why, s := range map[string]tasuki.Schedule{
		"Schedules[0] (\"a\") has no At":    {Name: "a", Job: task.Job(1)},
		"Name must be":                      {At: cron.Must("@daily"), Job: task.Job(1)},
		"Kind must be":                      {Name: "a", At: cron.Must("@daily")},
		"Missed is \"twice\"":               {Name: "a", At: cron.Must("@daily"), Job: task.Job(1), Missed: "twice"},
		"Jitter is negative":                {Name: "a", At: cron.Must("@daily"), Job: task.Job(1), Jitter: -1},
		"Schedules[0] (\"a\") never fires:": {Name: "a", At: rogue{"panics"}, Job: task.Job(1)},
		"Spec must be":                      {Name: "a", At: cron.Spec{}, Job: task.Job(1)},
		"unsupported type":                  {Name: "a", At: cron.Must("@daily"), Job: tasuki.NewKind[func()]("f").Job(nil)},
	} {
		_, err := tasuki.New(memory.New(memory.Options{}), planning(s))
		if err == nil || !strings.Contains(err.Error(), "Schedules[0]") || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want one with %q", err, why)
		}
	}
	if _, err := tasuki.New(memory.New(memory.Options{}), planning(nightly(), nightly())); err == nil || !strings.Contains(err.Error(), "second schedule named") {
		t.Errorf("two of one name: %v", err)
	}
	if _, err := tasuki.New(memory.New(memory.Options{Features: &store.Features{}}), planning(nightly())); err == nil || !strings.Contains(err.Error(), "keeps no schedules") {
		t.Errorf("a store without schedules: %v", err)
	}
}

func TestRunNowEnqueuesBesideTheTicks(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		late := nightly()
		late.Job = task.Job(1, tasuki.Delay(time.Hour))
		started(t, st, planning(late))
		switched(t, st, store.SchedulePause, "nightly")
		got, err := tasuki.RunNow(t.Context(), st, "nightly")
		if err != nil || got.What != store.Added {
			t.Fatal(got, err)
		}
		wantState(t, st, got.ID, store.Ready)
		if row := scheduleRow(t, st, "nightly"); row.Last != 0 {
			t.Errorf("it used up tick %d", row.Last)
		}
		if _, err := tasuki.RunNow(t.Context(), st, "weekly"); !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("a name that is not there: %v", err)
		}
		if _, err := tasuki.RunNow(t.Context(), struct{ store.Producer }{st}, "nightly"); !errors.Is(err, store.ErrUnsupported) {
			t.Errorf("a store without schedules: %v", err)
		}
	})
}

func TestAStoreThatFallsBackToAnOlderStateIsReadAnew(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		started(t, st, planning(hourly("")))
		pass(time.Minute)
		restore := st.Snapshot()
		switched(t, st, store.SchedulePause, "hourly")
		pass(time.Minute)
		restore()
		pass(time.Hour)
		wantTicks(t, st, "1 01:00:00")
	})
}

// moody is a Timing that answers each second for a while, and then that there is none.
type moody struct{ left int }

func (*moody) String() string { return "moody" }
func (m *moody) Next(after time.Time) time.Time {
	if m.left--; m.left < 0 {
		return time.Time{}
	}
	return after.Truncate(time.Second).Add(time.Second)
}

func TestATimingThatContradictsItselfTakesNoWorkerDownAndIsLoggedOnce(t *testing.T) {
	for _, missed := range []store.Missed{store.MissedAll, store.MissedOnce, store.MissedSkip} {
		for _, patience := range []int{2, 5, 1003, 1500} {
			t.Run(fmt.Sprint(missed, patience), func(t *testing.T) {
				bubble(t, func(t *testing.T, st *memory.Store) {
					m := &moody{left: 100}
					odd := hourly("")
					odd.Name, odd.At, odd.Missed = "odd", m, missed
					stopped(t, started(t, st, planning(odd)))
					pass(time.Hour)
					m.left = patience
					log, out := logged()
					cfg := planning(odd, hourly(""))
					cfg.Logger = log
					started(t, st, cfg)
					pass(time.Hour + time.Minute)
					if n := strings.Count(out.String(), "does not keep its word"); n > 1 {
						t.Errorf("logged %d times", n)
					}
					if !strings.Contains(out.String(), "schedule=hourly") {
						t.Error("the other schedule did not go on")
					}
				})
			})
		}
	}
}

func TestATimingThatBreaksItsWordIsLoggedOnce(t *testing.T) {
	for _, how := range []string{"panics", "stays"} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, st *memory.Store) {
				log, out := logged()
				odd := hourly("")
				odd.Name, odd.At = "odd", rogue{how}
				cfg := planning(odd, hourly(""))
				cfg.Logger = log
				started(t, st, cfg)
				pass(3 * time.Hour)
				if n := strings.Count(out.String(), "does not keep its word"); n != 1 {
					t.Errorf("logged %d times", n)
				}
			})
		})
	}
}

// coy is a Timing whose String panics, at first or later.
type coy struct {
	moody
	told int
}

func (c *coy) String() string {
	if c.told--; c.told < 0 {
		panic("not for you")
	}
	return "coy"
}

func TestATimingWhoseTextPanicsIsRefusedByNew(t *testing.T) {
	odd := hourly("")
	odd.At = &coy{moody: moody{left: 9}}
	_, err := tasuki.New(memory.New(memory.Options{}), planning(odd))
	if err == nil || !strings.Contains(err.Error(), "Schedules[0]") || !strings.Contains(err.Error(), "not for you") {
		t.Errorf("error %v", err)
	}
}

func TestATimingIsAskedForItsTextOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		odd := hourly("")
		odd.Name, odd.At = "odd", &coy{moody: moody{left: 1 << 20}, told: 1}
		started(t, st, planning(odd, hourly("")))
		pass(time.Hour + time.Minute)
		if row := scheduleRow(t, st, "odd"); row.Spec != "coy" || row.Last == 0 {
			t.Errorf("row %+v", row)
		}
	})
}
