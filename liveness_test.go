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

// holding is a handler that waits for its context's end and then answers err;
// causes gets why the context ended.
func holding(causes chan<- error) tasuki.Handler {
	return task.Do(func(ctx context.Context, _ int) error {
		<-ctx.Done()
		causes <- context.Cause(ctx)
		return ctx.Err()
	})
}

func TestAWorkerWhoseBeatStandsStillIsReleasedWithinSixteenSeconds(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		causes := make(chan error, 1)
		job := task.Job(1)
		enqueued(t, st, job)
		a := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{holding(causes)}})
		synctest.Wait()
		ran := make(chan struct{})
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { close(ran); return nil })}})
		pass(10 * time.Second)
		way.set(func(l *link) { l.cut = true })
		began := time.Now()
		<-ran
		if took := time.Since(began); took > 16*time.Second || took < 9*time.Second {
			t.Errorf("running elsewhere after %v, want 9 to 16 s", took)
		}
		way.set(func(l *link) { l.cut = false })
		if cause := <-causes; !errors.Is(cause, tasuki.ErrLost) {
			t.Errorf("the old handler's context ended with %v, want ErrLost", cause)
		}
		stopped(t, a)
	})
}

func TestAReleaseIsNoFailureAndIsInTheJournal(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		job := task.Job(1)
		enqueued(t, st, job)
		a := started(t, way, tasuki.Config{Handlers: []tasuki.Handler{holding(make(chan error, 1))}})
		started(t, st, tasuki.Config{})
		pass(5 * time.Second)
		way.set(func(l *link) { l.cut = true })
		pass(20 * time.Second)
		r := wantState(t, st, job.ID, store.Ready)
		if r.Attempts != 0 || r.Releases != 1 || r.Deaths != 1 || len(r.Journal) != 1 {
			t.Fatalf("record %+v, want no attempts, 1 release, 1 death, 1 line of journal", r)
		}
		if j := r.Journal[0]; j.Worker != a.Name() || !strings.Contains(j.Why, "stood still") {
			t.Errorf("journal %+v", j)
		}
	})
}

// freezing is one worker that cannot beat for a while, with a witness beside
// it; it answers how often its job ran and was released.
func freezing(t *testing.T, st *memory.Store, frozen time.Duration) (runs, releases int) {
	way := newLink(st)
	var ran atomic.Int32
	job := task.Job(1, tasuki.Keep(time.Hour))
	enqueued(t, st, job)
	h := task.Do(func(ctx context.Context, _ int) error {
		ran.Add(1)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Minute):
			return nil
		}
	})
	started(t, way, tasuki.Config{Handlers: []tasuki.Handler{h}})
	synctest.Wait()
	started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
	pass(4 * time.Second)
	gate := make(chan struct{})
	way.set(func(l *link) { l.frozen = gate })
	pass(frozen)
	way.set(func(l *link) { l.frozen = nil })
	close(gate)
	pass(10 * time.Minute)
	return int(ran.Load()), wantState(t, st, job.ID, store.Done).Releases
}

func TestAWorkerFrozenForEightSecondsKeepsItsJobs(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		if runs, releases := freezing(t, st, 8*time.Second); runs != 1 || releases != 0 {
			t.Errorf("%d runs, %d releases; want 1 and 0", runs, releases)
		}
	})
}

func TestAWorkerFrozenForThirtySecondsIsReleasedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		if runs, releases := freezing(t, st, 30*time.Second); runs != 2 || releases != 1 {
			t.Errorf("%d runs, %d releases; want 2 and 1", runs, releases)
		}
	})
}

func TestAStoreThatIsAwayForAMinuteReleasesNobodyAndBeginsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var ways []*link
		var workers []*tasuki.Worker
		var done tally
		job := walk.Job(100, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		for range 3 {
			way := newLink(st)
			ways = append(ways, way)
			workers = append(workers, started(t, way, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}}))
		}
		pass(20 * time.Second)
		before := len(done.all())
		for _, way := range ways {
			way.set(func(l *link) { l.cut = true })
		}
		pass(time.Minute)
		during := len(done.all()) - before
		for _, way := range ways {
			way.set(func(l *link) { l.cut = false })
		}
		pass(3 * time.Minute)
		r := wantState(t, st, job.ID, store.Done)
		if r.Releases != 0 || len(done.all()) != 100 {
			t.Errorf("%d releases, %d items; want 0 and 100", r.Releases, len(done.all()))
		}
		if during > 13 {
			t.Errorf("%d items were begun while no beat was answered, want those of 9 seconds at most", during)
		}
		if ws, _ := st.Workers(t.Context(), store.WorkersRequest{}); len(ws) != len(workers) {
			t.Errorf("%d workers are known, want %d", len(ws), len(workers))
		}
	})
}

func TestAWitnessThatCannotBeatItselfReleasesNobody(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		// One long writer holds off both beats, but not the looks.
		a, b := newLink(st), newLink(st)
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, a, tasuki.Config{Handlers: []tasuki.Handler{holding(make(chan error, 1))}})
		synctest.Wait()
		started(t, &beatless{b}, tasuki.Config{})
		pass(10 * time.Second)
		gate := make(chan struct{})
		a.set(func(l *link) { l.frozen = gate })
		b.set(func(l *link) { l.frozen = gate })
		pass(time.Minute)
		a.set(func(l *link) { l.frozen = nil })
		b.set(func(l *link) { l.frozen = nil })
		close(gate)
		pass(10 * time.Second)
		if r := wantState(t, st, job.ID, store.Running); r.Releases != 0 {
			t.Errorf("%d releases, want none", r.Releases)
		}
	})
}

// beatless is a link whose frozen state holds off beats only.
type beatless struct{ *link }

func (l *beatless) Workers(ctx context.Context, req store.WorkersRequest) ([]store.Worker, error) {
	return l.Store.Workers(ctx, req)
}

func (l *beatless) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	return l.Store.Release(ctx, req)
}

func TestAClaimWhoseReplyWasLostRunsOnceTwoBeatsLater(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.lose["claim"] = 1
		runs := 0
		began := time.Now()
		ran := make(chan struct{})
		enqueued(t, st, task.Job(1))
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			runs++
			close(ran)
			return nil
		})}})
		<-ran
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("ran after %v, want two beats", took)
		}
		pass(time.Minute)
		if runs != 1 {
			t.Errorf("%d runs", runs)
		}
	})
}

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

func TestPoisonIsDeadAfterThreeDeathsAndBuriesNoInnocent(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var jobs []store.Job
		for i := range 100 {
			jobs = append(jobs, task.Job(i, tasuki.Keep(time.Hour)))
		}
		poison := jobs[42].ID
		enqueued(t, st, jobs...)
		deaths := 0
		for deaths < 20 {
			died := liveUntilPoison(t, st, poison)
			if !died {
				break
			}
			deaths++
		}
		if deaths != 3 {
			t.Errorf("%d workers died, want 3", deaths)
		}
		for _, j := range jobs {
			if want := map[bool]store.State{true: store.Dead, false: store.Done}[j.ID == poison]; record(t, st, j.ID).State != want {
				t.Errorf("job %s is %s, want %s", j.ID, record(t, st, j.ID).State, want)
			}
		}
		if r := record(t, st, poison); r.Attempts != 0 || !strings.Contains(r.Why, "stood still") && !strings.Contains(r.Why, "died") {
			t.Errorf("poison: %d attempts, why %q", r.Attempts, r.Why)
		}
	})
}

// liveUntilPoison runs a worker of 100 slots whose process dies with all that it
// runs as soon as it runs the poison job; it says whether it died. Jobs take a
// while, so that the innocent are caught running.
func liveUntilPoison(t *testing.T, st *memory.Store, poison string) bool {
	way := newLink(st)
	died := make(chan struct{})
	dead := atomic.Bool{}
	h := task.Do(func(ctx context.Context, _ int) error {
		if tasuki.JobFrom(ctx).ID == poison {
			pass(500 * time.Millisecond)
			way.set(func(l *link) { l.cut = true })
			dead.Store(true)
			close(died)
		}
		select {
		case <-time.After(time.Second):
		case <-died:
			<-ctx.Done() // nothing runs on in a dead process
		}
		return nil
	})
	w := started(t, way, tasuki.Config{Slots: 100, Handlers: []tasuki.Handler{h}})
	witness := started(t, st, tasuki.Config{})
	pass(3 * time.Minute)
	stopped(t, witness)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Stop(ctx)
	return dead.Load()
}

func TestAJobKilledByEveryDeployIsNotPoison(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		for range 5 {
			way := newLink(st)
			free := make(chan struct{})
			w := started(t, way, tasuki.Config{Timeout: time.Second, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { <-free; return nil })}})
			synctest.Wait()
			w.Stop(t.Context()) // StillRunning: the process would exit now
			way.set(func(l *link) { l.cut = true })
			witness := started(t, st, tasuki.Config{})
			pass(20 * time.Second)
			wantState(t, st, job.ID, store.Ready)
			stopped(t, witness)
			way.set(func(l *link) { l.cut = false })
			close(free)
			<-w.Done()
		}
		if r := record(t, st, job.ID); r.Deaths != 0 || r.Releases != 5 {
			t.Errorf("%d deaths, %d releases; want 0 and 5", r.Deaths, r.Releases)
		}
	})
}

func TestAnUnknownKindIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		other := tasuki.NewKind[int]("of the next release").Job(1)
		enqueued(t, st, other)
		enqueued(t, st, task.Job(1))
		runs := 0
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { runs++; return nil })}})
		pass(time.Minute)
		if r := wantState(t, st, other.ID, store.Ready); r.Attempts+r.Releases+r.Interruptions != 0 || runs != 1 {
			t.Errorf("stranger: %+v, runs of the known kind: %d", r, runs)
		}
	})
}

func TestACancelledRunningJobEndsCancelledWithinABeat(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		causes := make(chan error, 1)
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{holding(causes)}})
		synctest.Wait()
		if n, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled, Why: "wrong file"}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		began := time.Now()
		if cause := <-causes; !errors.Is(cause, tasuki.ErrCancelled) || time.Since(began) > 3*time.Second {
			t.Errorf("cause %v after %v", cause, time.Since(began))
		}
		synctest.Wait()
		if r := wantState(t, st, job.ID, store.Cancelled); r.Attempts != 0 || r.Failure != nil {
			t.Errorf("%d attempts, failure %v: a cancel is no failure", r.Attempts, r.Failure)
		}
	})
}

func TestACancelledResumableJobEndsBetweenTwoItems(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(1000)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}})
		pass(5500 * time.Millisecond)
		st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{job.ID}}, To: store.Cancelled})
		pass(time.Minute)
		r := wantState(t, st, job.ID, store.Cancelled)
		if len(done.all()) > 10 || string(r.Cursor) != fmt.Sprint(len(done.all())) {
			t.Errorf("%d items, cursor %s", len(done.all()), r.Cursor)
		}
	})
}

func TestAPausedQueueGivesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		st.Pause(t.Context(), []string{"default"}, true)
		runs := 0
		enqueued(t, st, task.Job(1))
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { runs++; return nil })}})
		pass(time.Minute)
		if runs != 0 {
			t.Fatal("a job of a paused queue ran")
		}
		st.Pause(t.Context(), []string{"default"}, false)
		synctest.Wait()
		if runs != 1 {
			t.Error("it did not run after the pause")
		}
	})
}

func TestAnIdleWorkerIsWokenByAnEnqueueAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ran := make(chan struct{})
		started(t, st, tasuki.Config{Poll: time.Hour, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { close(ran); return nil })}})
		pass(time.Minute)
		enqueued(t, st, task.Job(1))
		began := time.Now()
		<-ran
		if time.Since(began) != 0 {
			t.Errorf("woken after %v", time.Since(began))
		}
	})
}

func TestADelayedJobRunsWhenItIsDue(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		began := time.Now()
		ran := make(chan struct{})
		enqueued(t, st, task.Job(1, tasuki.Delay(90500*time.Millisecond)))
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { close(ran); return nil })}})
		<-ran
		if d := time.Since(began); d < 90500*time.Millisecond || d > 90502*time.Millisecond {
			t.Errorf("ran after %v, want 90.5s", d)
		}
	})
}

func TestStrictQueuesAreEmptiedInOrderAndWeightedOnesShared(t *testing.T) {
	order := func(t *testing.T, queues []tasuki.WeightedQueue) (high int) {
		bubble(t, func(t *testing.T, st *memory.Store) {
			var jobs []store.Job
			for i := range 200 {
				jobs = append(jobs, task.Job(0, tasuki.Queue("low")), task.Job(1, tasuki.Queue("high")))
				_ = i
			}
			enqueued(t, st, jobs...)
			n := 0
			started(t, st, tasuki.Config{Slots: 1, ReadAhead: -1, Queues: queues, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, h int) error {
				if n++; n <= 100 {
					high += h
				}
				return nil
			})}})
			synctest.Wait()
		})
		return high
	}
	if n := order(t, []tasuki.WeightedQueue{{Name: "high"}, {Name: "low"}}); n != 100 {
		t.Errorf("strict: %d of the first 100 jobs came from the first queue, want all", n)
	}
	if n := order(t, []tasuki.WeightedQueue{{Name: "high", Weight: 3}, {Name: "low", Weight: 1}}); n < 55 || n > 95 {
		t.Errorf("weighted 3:1: %d of the first 100 jobs came from the first queue, want about 75", n)
	}
}

func TestAClaimReplyThatComesAfterTwoBeatsIsNotRun(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		slow := newLink(st)
		slow.late["claim"] = 8 * time.Second
		var here, there atomic.Int32
		enqueued(t, st, task.Job(1))
		started(t, slow, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { here.Add(1); return nil })}})
		pass(7 * time.Second) // the claim went back at the second beat
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { there.Add(1); return nil })}})
		pass(time.Minute)
		if here.Load() != 0 || there.Load() != 1 {
			t.Errorf("ran %d times where the reply came late and %d times elsewhere, want 0 and 1", here.Load(), there.Load())
		}
	})
}

func TestAWorkerWithoutAnAnsweredBeatClaimsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		var runs atomic.Int32
		started(t, way, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { runs.Add(1); return nil })}})
		pass(time.Second)
		way.set(func(l *link) { l.broken["beat"] = true })
		pass(10 * time.Second)
		enqueued(t, st, task.Job(1))
		pass(time.Minute)
		if runs.Load() != 0 {
			t.Error("it ran a job although others may take it for dead")
		}
		way.set(func(l *link) { l.broken["beat"] = false })
		pass(10 * time.Second)
		if runs.Load() != 1 {
			t.Error("it did not come back to work with its beat")
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
