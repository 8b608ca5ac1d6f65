package tasuki_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestStatusTellsTheStagesOfAWorkersLife(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		free := make(chan struct{})
		enqueued(t, st, task.Job(1))
		w, err := tasuki.New(st, tasuki.Config{Slots: 3, Logger: quietLog(),
			Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { <-free; return nil })}})
		if err != nil {
			t.Fatal(err)
		}
		if s := w.Status(); s != (tasuki.Status{Worker: w.Name()}) {
			t.Errorf("before Start: %+v", s)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want := tasuki.Status{Worker: w.Name(), Started: true, State: store.Working, Slots: 3, Busy: 1, Fresh: true}
		if s := w.Status(); s != want {
			t.Errorf("at work: %+v, want %+v", s, want)
		}
		w.Quiet()
		if s := w.Status(); s.State != store.Quiet {
			t.Errorf("quiet: %+v", s)
		}
		go w.Stop(context.Background())
		synctest.Wait()
		if s := w.Status(); s.State != store.Stopping || s.Busy != 1 || s.Ended {
			t.Errorf("draining: %+v", s)
		}
		close(free)
		<-w.Done()
		if s := w.Status(); !s.Ended || s.Busy != 0 {
			t.Errorf("ended: %+v", s)
		}
	})
}

func TestStatusCountsTheTimeSinceTheStoreAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLink(st)
		w := started(t, l, tasuki.Config{})
		l.set(func(l *link) { l.cut = true })
		pass(8500 * time.Millisecond)
		if s := w.Status(); s.BeatAge != 8500*time.Millisecond || !s.Fresh {
			t.Errorf("%+v, want a beat of 8.5s that is still fresh", s)
		}
		pass(time.Second)
		if s := w.Status(); s.Fresh || s.State != store.Working {
			t.Errorf("%+v, want a working worker whose beat is not fresh", s)
		}
		l.set(func(l *link) { l.cut = false })
		pass(4 * time.Second)
		if s := w.Status(); !s.Fresh || s.BeatAge > 3*time.Second {
			t.Errorf("%+v, want a fresh beat", s)
		}
	})
}
