package prometheus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestRunsAreCountedByWhatBecameOfTheJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		says := []error{nil, errors.New("bad luck"), tasuki.Discard(errors.New("useless")), tasuki.Snooze(time.Hour),
			tasuki.RetryIn(time.Hour, errors.New("later")), tasuki.Then()}
		cancelled := task.Job(len(says))
		for i := range says {
			enqueued(t, st, task.Job(i))
		}
		enqueued(t, st, cancelled)
		started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, i int) error {
			if i < len(says) {
				return says[i]
			}
			<-ctx.Done()
			return ctx.Err()
		})}})
		pass(time.Second)
		if n, err := st.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{cancelled.ID}}, To: store.Cancelled}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		pass(10 * time.Second)
		const name = "tasuki_runs_ended_total{kind=task,outcome=%s,queue=default}"
		only(t, scrape(t, m), []string{"tasuki_runs_ended_total"}, page{
			fmt.Sprintf(name, "done"): 2, fmt.Sprintf(name, "failed"): 2, fmt.Sprintf(name, "dead"): 1,
			fmt.Sprintf(name, "snoozed"): 1, fmt.Sprintf(name, "cancelled"): 1,
		})
	})
}

func TestARunWhoseJobIsAnotherWorkersIsLost(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, task.Job(1))
		w := started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{
			task.Do(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })}})
		pass(time.Second)
		w.Quiet() // it shall not claim it again
		synctest.Wait()
		ws, _ := st.Workers(t.Context(), store.WorkersRequest{})
		if r, err := st.Release(t.Context(), store.ReleaseRequest{Worker: w.Name(), Beat: ws[0].Beat}); !r.Released || err != nil {
			t.Fatal(r, err)
		}
		pass(5 * time.Second)
		p := scrape(t, m)
		only(t, p, []string{"tasuki_runs_ended_total"}, page{"tasuki_runs_ended_total{kind=task,outcome=lost,queue=default}": 1})
		only(t, p, cost, page{}) // who released it counts that
	})
}

func TestRunsAreTimedAndSoIsTheWaitBeforeThem(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		enqueued(t, st, task.Job(1, tasuki.Queue("q"), tasuki.Delay(time.Minute)), task.Job(2, tasuki.Queue("q")))
		pass(7 * time.Second)
		started(t, st, m, tasuki.Config{Queues: []tasuki.WeightedQueue{{Name: "q"}}, Handlers: []tasuki.Handler{
			task.Do(func(_ context.Context, i int) error { pass(time.Duration(i) * 10 * time.Second); return nil })}})
		pass(2 * time.Minute)
		only(t, scrape(t, m), []string{"tasuki_run_duration_seconds_count", "tasuki_run_duration_seconds_sum", "tasuki_run_wait_seconds_count", "tasuki_run_wait_seconds_sum"}, page{
			"tasuki_run_duration_seconds_count{kind=task,outcome=done}": 2,
			"tasuki_run_duration_seconds_sum{kind=task,outcome=done}":   30,
			"tasuki_run_wait_seconds_count{kind=task,queue=q}":          2,
			"tasuki_run_wait_seconds_sum{kind=task,queue=q}":            7, // the delayed one waited for its time, not for us
		})
	})
}

func TestAStopIsTimedAndWhatOutlivesItIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		stops := []string{"tasuki_stop_duration_seconds_count", "tasuki_stop_duration_seconds_sum", "tasuki_stop_still_running_total", "tasuki_stop_unrecorded_total"}
		none := page{"tasuki_stop_duration_seconds_count{}": 0, "tasuki_stop_duration_seconds_sum{}": 0}
		free := make(chan struct{})
		enqueued(t, st, task.Job(1), task.Job(2))
		w := started(t, st, m, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { <-free; return nil })}})
		pass(time.Minute)
		only(t, scrape(t, m), stops, none)
		began := time.Now()
		var still *tasuki.StillRunning
		if err := w.Stop(t.Context()); !errors.As(err, &still) {
			t.Fatal(err)
		}
		took := time.Since(began).Seconds()
		only(t, scrape(t, m), stops, page{"tasuki_stop_duration_seconds_count{}": 1, "tasuki_stop_duration_seconds_sum{}": took,
			"tasuki_stop_still_running_total{kind=task}": 2})
		close(free)
		<-w.Done()
	})
}

func TestAStopThatCannotRecordCountsTheJobs(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		way := &mortal{st, make(chan struct{})}
		enqueued(t, st, task.Job(1))
		w := started(t, way, m, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { pass(time.Second); return nil })}})
		synctest.Wait()
		close(way.dead)
		pass(5 * time.Second)
		var lost *tasuki.Unrecorded
		if err := w.Stop(t.Context()); !errors.As(err, &lost) {
			t.Fatal(err)
		}
		only(t, scrape(t, m), []string{"tasuki_stop_unrecorded_total", "tasuki_stop_still_running_total"}, page{"tasuki_stop_unrecorded_total{kind=task}": 1})
	})
}

func TestAnsweredBeatsAreCounted(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		way := &mortal{st, make(chan struct{})}
		started(t, way, m, tasuki.Config{})
		const beats = "tasuki_worker_beats_total{}"
		pass(time.Second)
		before := scrape(t, m)[beats] // the first are the start's own
		pass(9 * time.Second)
		if n := scrape(t, m)[beats] - before; n != 3 {
			t.Errorf("%v beats in 9 s, want 3", n)
		}
		close(way.dead)
		pass(10 * time.Second)
		if n := scrape(t, m)[beats] - before; n != 3 {
			t.Errorf("%v beats counted, 3 of them answered", n)
		}
	})
}

func TestListenersThatWereThereStillHear(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		var jobs, events int
		enqueued(t, st, task.Job(1))
		w := started(t, st, m, tasuki.Config{
			OnJob:    func(context.Context, tasuki.JobEnd) { jobs++ },
			OnEvent:  func(context.Context, tasuki.Event) { events++ },
			Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		synctest.Wait()
		stopped(t, w)
		if jobs != 1 || events < 3 {
			t.Errorf("%d jobs and %d events heard, want 1 and startup, shutdown, exit", jobs, events)
		}
	})
}

func TestLabelsStayFewHoweverManyKindsAndQueuesThereAre(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		cfg := m.Instrument(tasuki.Config{Handlers: []tasuki.Handler{walking()}})
		for i := range 1000 {
			name := fmt.Sprintf("tenant-%d", i)
			cfg.OnJob(t.Context(), tasuki.JobEnd{Job: tasuki.Job{Kind: name, Queue: name + "\xff"}, Verb: store.Finish})
		}
		series := 0
		for key := range scrape(t, m) {
			if strings.HasPrefix(key, "tasuki_runs_ended_total{") {
				series++
			}
		}
		if series != 201 {
			t.Errorf("%d series, want 200 queues and other", series)
		}
	})
}
