package otel_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/otel"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

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

// aLife is what a worker's life by the real clock leaves: the metrics in the middle of it
// and at its end, without what differs from run to run, and the spans' attributes.
type aLife struct {
	middle, end map[string]float64
	spans       map[string]map[string]string // by the argument of the job
}

func live(t *testing.T, st store.Store) (a aLife) {
	t.Helper()
	l := newLab(t, otel.Options{Store: st, Keep: -1})
	ids := map[string]string{}
	for i := range 4 {
		job := task.Job(i, tasuki.Tags("a tag"))
		ids[job.ID] = string(job.Args)
		ctx, span := l.tracer.Tracer("web").Start(t.Context(), "request")
		enqueued(t, st, otel.Link(ctx, job)...)
		span.End()
	}
	enqueued(t, st, task.Job(9, tasuki.Delay(time.Hour)))
	w := l.started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, i int) error {
		switch i {
		case 1:
			return tasuki.RetryIn(time.Hour, errors.New("bad luck"))
		case 2:
			return tasuki.Discard(errors.New("useless"))
		case 3:
			<-tasuki.Stopping(ctx)
			return tasuki.Yield()
		}
		return nil
	})}})
	l.Watch(w)
	a.middle = l.measuredWhen(t, map[string]float64{
		"tasuki.queue.jobs{tasuki.queue=default,tasuki.state=running}": 1, "tasuki.queue.jobs{tasuki.queue=default,tasuki.state=dead}": 1,
		"tasuki.queue.jobs{tasuki.queue=default,tasuki.state=retry}": 1, "tasuki.store.done{}": 1,
		"tasuki.worker.busy{}": 1, "tasuki.store.workers{tasuki.state=working}": 1})
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.end = timeless(l.measured(t))
	a.spans = map[string]map[string]string{}
	for _, s := range l.spans.Ended() {
		if arg, ok := ids[tags(s.Attributes())["messaging.message.id"]]; ok {
			a.spans[arg] = facts(s)
		}
	}
	return a
}

// facts are a span's attributes, its links and its end, without what is each run's own.
func facts(s sdktrace.ReadOnlySpan) map[string]string {
	got := tags(s.Attributes())
	for _, own := range []string{"messaging.message.id", "messaging.client.id", "tasuki.waited"} {
		got[own] = ""
	}
	got["status"] = s.Status().Description
	for _, e := range s.Events() {
		got["event"] += e.Name
	}
	if len(s.Links()) == 1 {
		got["link"] = "one"
	}
	return got
}

// measuredWhen measures until all of want is there, and answers the rest without what
// differs from run to run.
func (l *lab) measuredWhen(t *testing.T, want map[string]float64) map[string]float64 {
	t.Helper()
	look, late := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for {
		got := l.measured(t)
		there := got["tasuki.worker.beats{}"] > 0 // it hears of its own beats a little later
		for key, v := range want {
			there = there && got[key] == v
		}
		if there {
			return timeless(got)
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("in 30 s not %v: %v", want, got)
		}
	}
}

func timeless(all map[string]float64) map[string]float64 {
	for key := range all {
		name, _, _ := strings.Cut(key, "{")
		switch name {
		case "tasuki.redo.time", "tasuki.worker.beat.age", "tasuki.worker.beats", "tasuki.queue.latency":
			all[key] = 0
		}
	}
	return all
}

// alike fails unless two maps are equal, and says where they are not.
func alike[V comparable](t *testing.T, what string, got, want map[string]V) {
	t.Helper()
	all := maps.Clone(got)
	maps.Copy(all, want)
	for key := range all {
		v, there := got[key]
		w, wanted := want[key]
		if v != w || there != wanted {
			t.Errorf("%s: %s is %v (there: %v), want %v (there: %v)", what, key, v, there, w, wanted)
		}
	}
}

func TestEveryStoreIsMeasuredAndTracedAlike(t *testing.T) {
	want := live(t, memory.New(memory.Options{}))
	if len(want.end) < 20 || len(want.spans) != 4 || want.spans["3"]["event"] != "tasuki.handed_over" || want.spans["0"]["link"] != "one" {
		t.Fatalf("the life proves little: %+v", want)
	}
	for name, open := range map[string]func(*testing.T) store.Store{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			got := live(t, open(t))
			alike(t, "in the middle", got.middle, want.middle)
			alike(t, "in the end", got.end, want.end)
			for arg := range want.spans {
				alike(t, "span of "+arg, got.spans[arg], want.spans[arg])
			}
		})
	}
}
