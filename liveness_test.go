package tasuki_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/host"
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

// liveUntilPoison runs a worker of 100 slots whose process dies with all that it

// runs as soon as it runs the poison job; it says whether it died. Jobs take a

// while, so that the innocent are caught running.

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

// Its beats do not arrive, so the store cannot take the claim back by itself
// before a standstill.
func TestAClaimReplyThatComesTooLateGoesBackAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		slow := newLink(st)
		began := time.Now()
		var here, there atomic.Int32
		var after time.Duration
		started(t, slow, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { here.Add(1); return nil })}})
		pass(time.Second)
		slow.set(func(l *link) { l.broken["beat"] = true; l.late["claim"] = 5500 * time.Millisecond })
		enqueued(t, st, task.Job(1))
		pass(1500 * time.Millisecond)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			there.Add(1)
			after = time.Since(began)
			return nil
		})}})
		pass(10 * time.Second)
		if here.Load() != 0 || there.Load() != 1 || after > 9*time.Second {
			t.Errorf("ran %d times where the reply came late and %d times elsewhere, after %v; want 0, 1 and at most 9 s", here.Load(), there.Load(), after)
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

func TestANameThatComesAgainIsJudgedByItsNewProcess(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		self := host.Self()
		says := func(start uint64) {
			p := store.Process{Host: self.Host, PID: self.PID, Boot: self.Boot, Space: self.Space, Start: start}
			if _, err := st.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "x", Beat: 1, State: store.Working, Process: p}}); err != nil {
				t.Fatal(err)
			}
		}
		says(self.Start) // it lives: it is this one
		started(t, st, tasuki.Config{})
		pass(4 * time.Second)
		if _, err := st.Release(t.Context(), store.ReleaseRequest{Worker: "x", Beat: 1}); err != nil {
			t.Fatal(err)
		}
		says(self.Start + 1) // a process of that pid that began then is no more
		pass(2 * time.Second)
		all, err := st.Workers(t.Context(), store.WorkersRequest{})
		if err != nil || len(all) != 1 {
			t.Errorf("there are %d workers after 2 s, %v: the one whose process is gone too", len(all), err)
		}
	})
}
