package prometheus_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// What is scraped does not tell which store it is. These tests live by the real clock,
// as a server does.

func onSQLite(t *testing.T) store.Store {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func onPostgres(t *testing.T) store.Store {
	t.Helper()
	server := pgtest.Shared(t)
	st, err := postgres.Open(t.Context(), server.DSN(server.Database(t)), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// scrapedWhen scrapes until all of want is there, and answers that page.
func scrapedWhen(t *testing.T, m *prometheus.Metrics, want page) page {
	t.Helper()
	look, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for {
		p := scrape(t, m)
		there := true
		for key, v := range want {
			there = there && p[key] == v
		}
		if there {
			return p
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("in 30 s not %v: %v", want, p)
		}
	}
}

// timeless is a page without what differs from run to run: how long things took.
func timeless(p page) page {
	q := page{}
	for key, v := range p {
		name, _, _ := strings.Cut(key, "{")
		if strings.Contains(name, "_seconds") && !strings.HasSuffix(name, "_count") || name == "tasuki_worker_beats_total" {
			v = 0
		}
		q[key] = v
	}
	return q
}

// aLife is what is scraped in the middle and at the end of a worker's life in which jobs
// take every way out.
func aLife(t *testing.T, st store.Store) (middle, end page) {
	t.Helper()
	m := prometheus.New(prometheus.Options{Store: st, Keep: -1})
	enqueued(t, st, task.Job(0), task.Job(1), task.Job(2), task.Job(3), task.Job(4), walk.Job(100), task.Job(5, tasuki.Delay(time.Hour)),
		task.Job(6, tasuki.Queue("closed")), tasuki.NewKind[int]("unknown").Job(7))
	if err := st.Pause(t.Context(), []string{"closed"}, true); err != nil {
		t.Fatal(err)
	}
	w := started(t, st, m, tasuki.Config{Queues: []tasuki.WeightedQueue{{Name: "default"}, {Name: "closed"}}, Handlers: []tasuki.Handler{
		tasuki.Each(walk, count, func(context.Context, int, int) error { return nil }),
		task.Do(func(ctx context.Context, i int) error {
			switch i {
			case 1:
				return tasuki.RetryIn(time.Hour, errors.New("bad luck"))
			case 2:
				return tasuki.Discard(errors.New("useless"))
			case 3:
				return tasuki.Snooze(time.Hour)
			case 4:
				<-tasuki.Stopping(ctx)
				return tasuki.Yield()
			}
			return nil
		}),
	}})
	m.Watch(w)
	middle = scrapedWhen(t, m, page{
		"tasuki_queue_jobs{queue=default,state=running}": 1, "tasuki_queue_jobs{queue=default,state=ready}": 1,
		"tasuki_queue_jobs{queue=default,state=scheduled}": 2, "tasuki_queue_jobs{queue=default,state=retry}": 1,
		"tasuki_queue_jobs{queue=default,state=dead}": 1, "tasuki_queue_jobs{queue=closed,state=ready}": 1,
		"tasuki_store_done_total{}": 2, "tasuki_worker_busy{}": 1, "tasuki_store_workers{state=working}": 1})
	stopped(t, w)
	return timeless(middle), timeless(scrape(t, m))
}

// beatAgain waits for two beats more of the only worker.
func beatAgain(t *testing.T, st store.Store) {
	t.Helper()
	beat := func() uint64 {
		all, err := st.Workers(t.Context(), store.WorkersRequest{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%d workers, %v", len(all), err)
		}
		return all[0].Beat
	}
	look, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for before := beat(); beat() < before+2; {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("no beat in 30 s")
		}
	}
}

// aDeath is what the worker counts that takes back what another one held.
func aDeath(t *testing.T, st store.Store) page {
	t.Helper()
	way := &mortal{st, make(chan struct{})}
	held, free := make(chan struct{}, 2), make(chan struct{})
	hold := tasuki.Config{Beat: 100 * time.Millisecond, Timeout: 500 * time.Millisecond, Handlers: []tasuki.Handler{
		task.Do(func(context.Context, int) error { held <- struct{}{}; <-free; return nil }),
		tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
			if i == 50 {
				held <- struct{}{}
				<-free
			}
			return nil
		}),
	}}
	enqueued(t, st, task.Job(1), walk.Job(100))
	started(t, way, prometheus.New(prometheus.Options{}), hold)
	defer close(free)
	<-held
	<-held
	beatAgain(t, st) // what they ran until the last beat is what is known of them
	m := prometheus.New(prometheus.Options{Store: st, Keep: -1})
	w := started(t, st, m, tasuki.Config{Beat: 100 * time.Millisecond, Handlers: []tasuki.Handler{
		task.Do(func(context.Context, int) error { return nil }),
		tasuki.Each(walk, count, func(context.Context, int, int) error { return nil }),
	}})
	close(way.dead)
	scrapedWhen(t, m, page{"tasuki_store_done_total{}": 2})
	stopped(t, w) // so that it has heard of its own release
	p := scrape(t, m)
	for key := range p {
		if strings.HasPrefix(key, "tasuki_items_done_total") {
			delete(p, key) // how much is done again depends on when the cursor was saved
		}
	}
	return timeless(p)
}

// samePages fails unless two pages have the same series with the same values.
func samePages(t *testing.T, got, want page) {
	t.Helper()
	if maps.EqualFunc(got, want, near) {
		return
	}
	for key, v := range want {
		if have, ok := got[key]; !ok || !near(have, v) {
			t.Errorf("%s is %v (there: %v), want %v", key, have, ok, v)
		}
	}
	for key, v := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is %v, want none", key, v)
		}
	}
}

func TestEveryStoreIsScrapedAsTheSameSeriesWithTheSameFigures(t *testing.T) {
	middle, end := aLife(t, memory.New(memory.Options{}))
	death := aDeath(t, memory.New(memory.Options{}))
	if middle["tasuki_runs_ended_total{kind=walk,outcome=done,queue=default}"] != 1 || middle["tasuki_queue_paused{queue=closed}"] != 1 ||
		end["tasuki_runs_ended_total{kind=task,outcome=handed_over,queue=default}"] != 1 || end["tasuki_queue_jobs{queue=default,state=ready}"] != 2 ||
		death["tasuki_jobs_released_total{kind=walk,state=ready}"] != 1 || len(end) < 40 {
		t.Fatalf("the lives prove little: %v, %v, %v", middle, end, death)
	}
	for name, open := range map[string]func(*testing.T) store.Store{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			m, e := aLife(t, open(t))
			samePages(t, m, middle)
			samePages(t, e, end)
			samePages(t, aDeath(t, open(t)), death)
		})
	}
}

func TestAServerThatIsAwayIsDownUntilItIsBack(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{})
	st, err := postgres.Open(t.Context(), server.DSN("postgres"), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	enqueued(t, st, task.Job(1))
	m := prometheus.New(prometheus.Options{Store: st, Keep: -1, Timeout: 100 * time.Millisecond})
	up := page{"tasuki_store_up{}": 1, "tasuki_queue_jobs{queue=default,state=ready}": 1}
	names := []string{"tasuki_store_up", "tasuki_queue_jobs"}
	scrapedWhen(t, m, up)
	for what, away := range map[string][2]func() error{
		"frozen":    {server.Pause, server.Resume},
		"restarted": {server.Kill, func() error { return server.Restart(context.Background()) }},
	} {
		if err := away[0](); err != nil {
			t.Fatal(err)
		}
		only(t, scrapedWhen(t, m, page{"tasuki_store_up{}": 0}), names, page{"tasuki_store_up{}": 0})
		if err := away[1](); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		scrapedWhen(t, m, up)
	}
}
