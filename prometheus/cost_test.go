package prometheus_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAStopWithResumableJobsCountsHandOversAndNothingIsRedone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, walk.Job(100), walk.Job(100))
		w := started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{walking()}})
		pass(10500 * time.Millisecond)
		only(t, scrape(t, m), cost, page{})
		stopped(t, w)
		only(t, scrape(t, m), cost, page{
			"tasuki_jobs_handed_over_total{kind=walk,reason=stop}": 2,
			"tasuki_jobs_interrupted_total{by=stop,kind=walk}":     2,
		})
		only(t, scrape(t, m), []string{"tasuki_runs_ended_total", "tasuki_items_done_total"}, page{
			"tasuki_runs_ended_total{kind=walk,outcome=handed_over,queue=default}": 2,
			"tasuki_items_done_total{kind=walk}":                                   22,
		})
	})
}

func TestAJobWithoutCursorAtLastCallCountsAllItsTimeAsRedone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, task.Job(1))
		w := started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{
			task.Do(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })}})
		pass(8 * time.Second)
		stopped(t, w)
		only(t, scrape(t, m), cost, page{
			"tasuki_jobs_handed_over_total{kind=task,reason=last_call}": 1,
			"tasuki_jobs_interrupted_total{by=last_call,kind=task}":     1,
			"tasuki_redo_items_total{cause=hand_over,kind=task}":        1,
			"tasuki_redo_time_seconds_total{cause=hand_over,kind=task}": 8 + 22,
		})
	})
}

func TestAnItemCutOffAtLastCallCountsItsOwnTimeAsRedone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, walk.Job(3))
		slow := tasuki.Each(walk, count, func(ctx context.Context, _, i int) error {
			if i < 3 {
				pass(time.Minute)
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		w := started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{slow}})
		pass(125 * time.Second)
		stopped(t, w)
		only(t, scrape(t, m), cost, page{
			"tasuki_jobs_handed_over_total{kind=walk,reason=last_call}": 1,
			"tasuki_jobs_interrupted_total{by=last_call,kind=walk}":     1,
			"tasuki_redo_items_total{cause=hand_over,kind=walk}":        1,
			"tasuki_redo_time_seconds_total{cause=hand_over,kind=walk}": 5 + 22,
		})
	})
}

func TestAJobWhoseTurnIsOverIsHandedOverAndNotInterrupted(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, walk.Job(10))
		started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{walking(tasuki.MaxRun(4 * time.Second))}})
		pass(time.Minute)
		only(t, scrape(t, m), cost, page{"tasuki_jobs_handed_over_total{kind=walk,reason=turn}": 2})
	})
}

func TestAFailureCountsWhatIsRedoneUnderItsOwnCause(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, task.Job(1))
		started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{
			task.Do(func(context.Context, int) error { pass(2 * time.Second); return errors.New("bad luck") })}})
		pass(5 * time.Second)
		only(t, scrape(t, m), cost, page{
			"tasuki_redo_items_total{cause=failure,kind=task}":        1,
			"tasuki_redo_time_seconds_total{cause=failure,kind=task}": 2,
		})
	})
}

// mortal is a way to the store that ends, as for a process that is killed.
type mortal struct {
	store.Store
	dead chan struct{}
}

var errDead = errors.New("connection refused")

func (m *mortal) gone() bool {
	select {
	case <-m.dead:
		return true
	default:
		return false
	}
}

func (m *mortal) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	if m.gone() {
		return store.BeatReply{}, errDead
	}
	return m.Store.Beat(ctx, req)
}

func (m *mortal) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if m.gone() {
		return store.SettleReply{}, errDead
	}
	return m.Store.Settle(ctx, req)
}

func (m *mortal) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	if m.gone() {
		return store.ReleaseReply{}, errDead
	}
	return m.Store.Release(ctx, req)
}

func TestWhatADeadWorkerHeldIsCountedOnceAndByWhoReleasedIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := &mortal{st, make(chan struct{})}
		free := make(chan struct{})
		defer close(free)
		var runs atomic.Int32
		// Metrics of three processes: the one that dies and two that live.
		dying, one, two := prometheus.New(prometheus.Options{}), prometheus.New(prometheus.Options{}), prometheus.New(prometheus.Options{})
		enqueued(t, st, task.Job(1), walk.Job(1000))
		handlers := []tasuki.Handler{walking(), task.Do(func(context.Context, int) error {
			if runs.Add(1) == 1 {
				<-free
			}
			return nil
		})}
		started(t, way, dying, tasuki.Config{Handlers: handlers})
		pass(10500 * time.Millisecond) // its last beat is the one at 9s
		started(t, st, one, tasuki.Config{Handlers: handlers})
		started(t, st, two, tasuki.Config{Handlers: handlers})
		close(way.dead)
		pass(20 * time.Second)
		only(t, scrape(t, dying), cost, page{})
		got := page{}
		for _, m := range []*prometheus.Metrics{one, two} {
			for key, v := range scrape(t, m) {
				got[key] += v
			}
		}
		only(t, got, cost, page{
			"tasuki_jobs_released_total{kind=task,state=ready}":       1,
			"tasuki_jobs_released_total{kind=walk,state=ready}":       1,
			"tasuki_jobs_interrupted_total{by=release,kind=task}":     1,
			"tasuki_jobs_interrupted_total{by=release,kind=walk}":     1,
			"tasuki_redo_items_total{cause=release,kind=task}":        1,
			"tasuki_redo_items_total{cause=release,kind=walk}":        1,
			"tasuki_redo_time_seconds_total{cause=release,kind=task}": 9,
			"tasuki_redo_time_seconds_total{cause=release,kind=walk}": 0.05,
		})
		synctest.Wait()
	})
}

func TestAJobThatIsDeadByReleasesIsNotRedone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		tell := m.Instrument(tasuki.Config{Handlers: []tasuki.Handler{walking()}}).OnEvent
		tell(t.Context(), tasuki.Event{Name: tasuki.EventRelease, Dead: "x", Released: []store.Released{
			{ID: "1", Kind: "walk", State: store.Dead, Ran: time.Hour},
			{ID: "2", Kind: "walk", State: store.Cancelled, Ran: time.Hour},
			{ID: "3", Kind: "of another program", State: store.Ready, Ran: time.Hour},
			{ID: "4", Kind: "walk", State: store.Ready, Ran: 0},
		}})
		only(t, scrape(t, m), cost, page{
			"tasuki_jobs_released_total{kind=walk,state=dead}":         1,
			"tasuki_jobs_released_total{kind=walk,state=cancelled}":    1,
			"tasuki_jobs_released_total{kind=walk,state=ready}":        1,
			"tasuki_jobs_released_total{kind=other,state=ready}":       1,
			"tasuki_jobs_interrupted_total{by=release,kind=walk}":      3,
			"tasuki_jobs_interrupted_total{by=release,kind=other}":     1,
			"tasuki_redo_items_total{cause=release,kind=other}":        1,
			"tasuki_redo_time_seconds_total{cause=release,kind=other}": 3600,
		})
	})
}

func TestWhoEndsAJobCountsWhatItWentThrough(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		lives := []string{"tasuki_job_interruptions_total"}
		cfg := tasuki.Config{Handlers: []tasuki.Handler{walking()}}
		enqueued(t, st, walk.Job(50))
		for range 3 {
			m := prometheus.New(prometheus.Options{})
			w := started(t, st, m, cfg)
			pass(5500 * time.Millisecond)
			stopped(t, w)
			only(t, scrape(t, m), lives, page{})
		}
		way, dying := &mortal{st, make(chan struct{})}, prometheus.New(prometheus.Options{})
		started(t, way, dying, cfg)
		pass(100 * time.Millisecond)
		close(way.dead)
		m := prometheus.New(prometheus.Options{})
		started(t, st, m, cfg)
		pass(2 * time.Minute)
		only(t, scrape(t, dying), lives, page{})
		only(t, scrape(t, m), lives, page{
			"tasuki_job_interruptions_total{by=hand_over,kind=walk}": 3,
			"tasuki_job_interruptions_total{by=release,kind=walk}":   1,
		})
	})
}
