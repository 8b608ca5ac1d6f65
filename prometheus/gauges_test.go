package prometheus_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// workerStates is the metric of the worker's state with one of them at n.
func workerStates(metric, state string, n float64) page {
	p := page{}
	for _, s := range []string{"starting", "working", "quiet", "stopping", "leaving", "ended"} {
		if metric != "tasuki_store_workers" || s != "starting" && s != "ended" {
			p[metric+"{state="+s+"}"] = 0
		}
	}
	p[metric+"{state="+state+"}"] = n
	return p
}

func TestTheWorkersStateSlotsAndBeatAreReadAtAScrape(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		free := make(chan struct{})
		way := &mortal{st, make(chan struct{})}
		enqueued(t, st, task.Job(1), task.Job(2))
		w, err := tasuki.New(way, m.Instrument(tasuki.Config{Slots: 5, Logger: slog.New(slog.DiscardHandler),
			Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { <-free; return nil })}}))
		if err != nil {
			t.Fatal(err)
		}
		state := []string{"tasuki_worker_state"}
		slots := []string{"tasuki_worker_busy", "tasuki_worker_slots", "tasuki_worker_beat_age_seconds"}
		only(t, scrape(t, m), state, page{}) // nobody is watched
		m.Watch(w)
		only(t, scrape(t, m), state, workerStates("tasuki_worker_state", "starting", 1))
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		only(t, scrape(t, m), state, workerStates("tasuki_worker_state", "working", 1))
		only(t, scrape(t, m), slots, page{"tasuki_worker_busy{}": 2, "tasuki_worker_slots{}": 5, "tasuki_worker_beat_age_seconds{}": 0})
		w.Quiet()
		only(t, scrape(t, m), state, workerStates("tasuki_worker_state", "quiet", 1))
		synctest.Wait()
		close(way.dead)
		pass(20 * time.Second)
		only(t, scrape(t, m), slots, page{"tasuki_worker_busy{}": 2, "tasuki_worker_slots{}": 5, "tasuki_worker_beat_age_seconds{}": 20})
		go w.Stop(context.Background())
		synctest.Wait()
		only(t, scrape(t, m), state, workerStates("tasuki_worker_state", "stopping", 1))
		close(free)
		<-w.Done()
		p := scrape(t, m)
		only(t, p, state, workerStates("tasuki_worker_state", "ended", 1))
		only(t, p, slots, page{"tasuki_worker_busy{}": 0, "tasuki_worker_slots{}": 0, "tasuki_worker_beat_age_seconds{}": 0})
	})
}

// depth is the metric of one queue's jobs.
func depth(queue string, scheduled, ready, running, retry, dead float64) page {
	p := page{}
	for state, n := range map[string]float64{"scheduled": scheduled, "ready": ready, "running": running, "retry": retry, "dead": dead} {
		p[fmt.Sprintf("tasuki_queue_jobs{queue=%s,state=%s}", queue, state)] = n
	}
	return p
}

func TestTheQueuesAreReadFromTheStore(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{Store: st})
		enqueued(t, st, task.Job(1), task.Job(2), task.Job(3, tasuki.Delay(time.Hour)))
		if err := st.Pause(t.Context(), []string{"default"}, true); err != nil {
			t.Fatal(err)
		}
		pass(30 * time.Second)
		p := scrape(t, m)
		only(t, p, []string{"tasuki_queue_jobs"}, depth("default", 1, 2, 0, 0, 0))
		only(t, p, []string{"tasuki_queue_latency_seconds", "tasuki_queue_paused", "tasuki_store_up"}, page{
			"tasuki_queue_latency_seconds{queue=default}": 30, "tasuki_queue_paused{queue=default}": 1, "tasuki_store_up{}": 1})
		if err := st.Pause(t.Context(), []string{"default"}, false); err != nil {
			t.Fatal(err)
		}
		started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(_ context.Context, i int) error {
			if i == 1 {
				return errors.New("bad luck")
			}
			return nil
		})}})
		pass(10 * time.Second)
		p = scrape(t, m)
		only(t, p, []string{"tasuki_queue_jobs"}, depth("default", 1, 0, 0, 1, 0))
		only(t, p, []string{"tasuki_queue_latency_seconds", "tasuki_queue_paused", "tasuki_store_done_total", "tasuki_store_failed_total"}, page{
			"tasuki_queue_latency_seconds{queue=default}": 0, "tasuki_queue_paused{queue=default}": 0,
			"tasuki_store_done_total{}": 1, "tasuki_store_failed_total{}": 1})
		only(t, p, []string{"tasuki_store_workers"}, workerStates("tasuki_store_workers", "working", 1))
	})
}

// A desert is a store whose Stats counts its calls, waits and fails as told.
type desert struct {
	store.Store
	calls atomic.Int32
	fails atomic.Bool
	deaf  bool // it does not heed the context
	wait  time.Duration
}

func (d *desert) Stats(ctx context.Context) (store.Stats, error) {
	d.calls.Add(1)
	if d.fails.Load() {
		return store.Stats{}, errors.New("connection refused")
	}
	select {
	case <-time.After(d.wait):
		return d.Store.Stats(ctx)
	case <-done(ctx, d.deaf):
		return store.Stats{}, ctx.Err()
	}
}

func done(ctx context.Context, deaf bool) <-chan struct{} {
	if deaf {
		return nil
	}
	return ctx.Done()
}

func TestManyScrapersAskTheStoreOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		d := &desert{Store: st, wait: time.Second}
		m := prometheus.New(prometheus.Options{Store: d})
		enqueued(t, st, task.Job(1))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if p := scrape(t, m); p["tasuki_store_up{}"] != 1 || p["tasuki_queue_jobs{queue=default,state=ready}"] != 1 {
					t.Errorf("scrape %v", p)
				}
			})
		}
		wg.Wait()
		pass(4900 * time.Millisecond)
		scrape(t, m)
		if n := d.calls.Load(); n != 1 {
			t.Errorf("the store was asked %d times within 5 s, want once", n)
		}
		pass(200 * time.Millisecond)
		scrape(t, m)
		if n := d.calls.Load(); n != 2 {
			t.Errorf("the store was asked %d times, want again after 5 s", n)
		}
	})
}

func TestAStoreThatIsAwayIsDownAndItsMetricsAreAbsent(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		d := &desert{Store: st}
		m := prometheus.New(prometheus.Options{Store: d, Keep: -1})
		enqueued(t, st, task.Job(1))
		names := []string{"tasuki_store_up", "tasuki_queue_jobs", "tasuki_queue_latency_seconds", "tasuki_queue_paused", "tasuki_store_workers", "tasuki_store_done_total", "tasuki_store_failed_total"}
		d.fails.Store(true)
		only(t, scrape(t, m), names, page{"tasuki_store_up{}": 0})
		d.fails.Store(false)
		if p := scrape(t, m); p["tasuki_store_up{}"] != 1 || p["tasuki_queue_jobs{queue=default,state=ready}"] != 1 {
			t.Errorf("back again: %v", p)
		}
	})
}

func TestAStoreThatHangsHoldsUpAScrapeForItsTimeoutOnly(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		bubble(t, func(t *testing.T, st *memory.Store) {
			d := &desert{Store: st, wait: time.Minute, deaf: deaf}
			m := prometheus.New(prometheus.Options{Store: d, Keep: -1})
			for range 3 {
				synctest.Wait() // the look before has ended, if it can
				began := time.Now()
				if p := scrape(t, m); p["tasuki_store_up{}"] != 0 || time.Since(began) != 2*time.Second {
					t.Errorf("deaf %v: up %v after %v, want 0 after 2s", deaf, p["tasuki_store_up{}"], time.Since(began))
				}
			}
			if n := d.calls.Load(); deaf && n != 1 {
				t.Errorf("%d looks at a store that does not answer, want one at a time", n)
			}
			pass(time.Minute)
		})
	}
}

func TestQueuesBeyondTheLabelsAreCountedTogether(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{Store: st})
		for i := range 250 {
			enqueued(t, st, task.Job(1, tasuki.Queue(fmt.Sprintf("q%03d", i))))
		}
		pass(time.Second)
		p := scrape(t, m)
		if p["tasuki_queue_jobs{queue=q000,state=ready}"] != 1 || p["tasuki_queue_jobs{queue=other,state=ready}"] != 50 ||
			p["tasuki_queue_latency_seconds{queue=other}"] != 1 {
			t.Errorf("%d in q000, %d in others", int(p["tasuki_queue_jobs{queue=q000,state=ready}"]), int(p["tasuki_queue_jobs{queue=other,state=ready}"]))
		}
	})
}
