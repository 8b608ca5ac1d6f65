package tasuki_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestASettleWhoseReplyWasLostIsSentAgainAndCountsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.lose["settle"] = 2
		job := task.Job(1)
		enqueued(t, st, job)
		log, out := logged()
		started(t, way, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return errors.New("x") })}})
		pass(5 * time.Second)
		if strings.Contains(out.String(), "another worker") {
			t.Errorf("the resent outcome is called lost:\n%s", out)
		}
		if r := wantState(t, st, job.ID, store.Retry); r.Attempts != 1 {
			t.Errorf("%d attempts, want 1", r.Attempts)
		}
		if way.count("settle") != 3 {
			t.Errorf("%d calls, want 3", way.count("settle"))
		}
	})
}

func TestOutcomesAreKeptWhileTheStoreIsAwayAndLoggedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		log, out := logged()
		var jobs []store.Job
		for i := range 10 {
			jobs = append(jobs, task.Job(i))
		}
		enqueued(t, st, jobs...)
		runs := 0
		started(t, way, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			if runs++; runs == 1 {
				way.set(func(l *link) { l.cut = true })
			}
			return nil
		})}, Slots: 1, ReadAhead: -1})
		pass(5 * time.Second)
		way.set(func(l *link) { l.cut = false })
		pass(5 * time.Second)
		if n := strings.Count(out.String(), `msg="outcomes could not be written`); n != 1 {
			t.Errorf("the outage was logged %d times, want once", n)
		}
		if record(t, st, jobs[0].ID) != nil {
			t.Error("the first job's outcome was not written when the store came back")
		}
	})
}

func TestAnOutageThatBeganWithATimeoutIsExplainedOnceItsCauseIsKnown(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		log, out := logged()
		started(t, way, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		way.set(func(l *link) { l.cut, l.why = true, errors.New("no answer in time") })
		pass(5 * time.Second)
		way.set(func(l *link) { l.why = errors.New("this is a replica (hint: give the master's address)") })
		pass(10 * time.Second)
		for _, what := range []string{"watching other workers failed", "beat failed"} {
			n := 0
			for line := range strings.Lines(out.String()) {
				if strings.Contains(line, what) && strings.Contains(line, "give the master's address") {
					n++
				}
			}
			if n != 1 {
				t.Errorf("of %q the cause is told %d times, want once:\n%s", what, n, out)
			}
		}
	})
}

func TestAnOutcomeThatTheStoreRefusesMakesThatJobDeadAndHoldsUpNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		bad, good := task.Job(1, tasuki.Keep(time.Hour)), task.Job(2, tasuki.Keep(time.Hour))
		way.refuse = func(o store.Outcome) error {
			if o.ID == bad.ID && o.Verb == store.Finish {
				return fmt.Errorf("%w: text of no encoding", store.ErrInvalid)
			}
			return nil
		}
		enqueued(t, st, bad, good)
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		synctest.Wait()
		wantState(t, st, good.ID, store.Done)
		if r := wantState(t, st, bad.ID, store.Dead); !strings.Contains(r.Failure.Message, "no encoding") {
			t.Errorf("failure %+v does not say why", r.Failure)
		}
	})
}

func TestAnOutcomeThatTheStoreCannotWriteForNowHoldsUpNoOtherAndIsWrittenInTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		late := task.Job(1, tasuki.Keep(time.Hour))
		var open atomic.Bool
		open.Store(true)
		way.refuse = func(o store.Outcome) error {
			if o.ID == late.ID && open.Load() {
				return errLater
			}
			return nil
		}
		jobs := []store.Job{late}
		for i := range 300 { // more than the settler has places
			jobs = append(jobs, task.Job(i, tasuki.Keep(time.Hour)))
		}
		enqueued(t, st, jobs...)
		log, out := logged()
		started(t, way, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}, Slots: 1})
		pass(5 * time.Second)
		for _, other := range jobs[1:] {
			wantState(t, st, other.ID, store.Done)
		}
		wantState(t, st, late.ID, store.Running)
		before := way.count("settle")
		pass(time.Minute)
		if calls := way.count("settle") - before; calls < 55 || calls > 65 {
			t.Errorf("it was sent %d times in a minute", calls)
		}
		open.Store(false)
		pass(2 * time.Second) // at the end of the first it may be under way
		wantState(t, st, late.ID, store.Done)
		if n := strings.Count(out.String(), "an outcome waits"); n != 1 {
			t.Errorf("that it waits was logged %d times, want once", n)
		}
	})
}

func TestAStopSaysWhichOutcomesTheStoreCouldNotWriteForNow(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.refuse = func(store.Outcome) error { return errLater }
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		pass(5 * time.Second)
		var un *tasuki.Unrecorded
		if err := w.Stop(t.Context()); !errors.As(err, &un) || len(un.Jobs) != 1 || un.Jobs[0].ID != job.ID {
			t.Errorf("stop answered %v, want Unrecorded with the job", err)
		}
	})
}

func TestFollowUpsThatTheStoreRefusesMakeTheJobDead(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		big := tasuki.NewKind[string]("big").Job(strings.Repeat("x", store.MaxPayload))
		r := ran(t, st, func(context.Context, int) error { return tasuki.Then(big) })
		if r.State != store.Dead || !strings.Contains(r.Failure.Message, "over the limit of 1048576") {
			t.Errorf("job is %s, failure %v; want dead, the limit named", r.State, r.Failure)
		}
	})
}

func TestAStopDuringAnOutageSaysWhatWasNotRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			way.set(func(l *link) { l.cut = true })
			return nil
		})}})
		pass(time.Second)
		began := time.Now()
		var un *tasuki.Unrecorded
		if err := w.Stop(t.Context()); !errors.As(err, &un) || len(un.Jobs) != 1 || un.Jobs[0].ID != job.ID {
			t.Errorf("stop answered %v, want Unrecorded with the job", err)
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("stop took %v", took)
		}
	})
}

func TestCursorsAreSavedTwentyTimesASecondAtMost(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		var done tally
		job := walk.Job(1_000_000)
		enqueued(t, st, job)
		w := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Millisecond, &done)}})
		pass(time.Second)
		var cursor int
		if err := json.Unmarshal(wantState(t, st, job.ID, store.Running).Cursor, &cursor); err != nil {
			t.Fatal(err)
		}
		if n := len(done.all()); n-cursor > 60 || cursor > n {
			t.Errorf("cursor %d after %d items, want at most 50 ms of them unsaved", cursor, n)
		}
		if n := way.count("save"); n > 21 || n < 15 {
			t.Errorf("%d writes in a second, want about 20", n)
		}
		stopped(t, w)
	})
}

func TestASaveThatFailedIsMadeAnew(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.broken["save"] = true
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			if err := tasuki.Save(ctx, "half"); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		})}})
		pass(time.Second)
		way.set(func(l *link) { l.broken["save"] = false })
		pass(2 * time.Second)
		if c := wantState(t, st, job.ID, store.Running).Cursor; string(c) != `"half"` {
			t.Errorf("cursor %s, want the saved one", c)
		}
	})
}
