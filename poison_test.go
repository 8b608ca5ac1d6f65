package tasuki_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

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
