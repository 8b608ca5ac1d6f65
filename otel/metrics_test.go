package otel_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/measure"
	"github.com/tasuki-jobs/tasuki/otel"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAStopsCostIsCountedWithAttributes(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		enqueued(t, st, task.Job(1))
		w := l.started(t, st, doing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		synctest.Wait()
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := l.measured(t)
		for key, want := range map[string]float64{
			"tasuki.runs.ended{tasuki.kind=task,tasuki.outcome=handed_over,tasuki.queue=default}": 1,
			"tasuki.run.duration{tasuki.kind=task,tasuki.outcome=handed_over}":                    1,
			"tasuki.run.wait{tasuki.kind=task,tasuki.queue=default}":                              1,
			"tasuki.jobs.handed_over{tasuki.kind=task,tasuki.reason=last_call}":                   1,
			"tasuki.jobs.interrupted{tasuki.by=last_call,tasuki.kind=task}":                       1,
			"tasuki.redo.items{tasuki.cause=hand_over,tasuki.kind=task}":                          1,
			"tasuki.redo.time{tasuki.cause=hand_over,tasuki.kind=task}":                           22,
			"tasuki.stop.duration{}": 1,
		} {
			if got[key] != want {
				t.Errorf("%s is %v, want %v", key, got[key], want)
			}
		}
	})
}

func TestGaugesAreReadAtACollectionUntilClose(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{Store: st})
		free := make(chan struct{})
		enqueued(t, st, task.Job(1), task.Job(2, tasuki.Delay(time.Hour)))
		w := l.started(t, st, doing(func(context.Context) error { <-free; return nil }))
		l.Watch(w)
		synctest.Wait()
		got := l.measured(t)
		for key, want := range map[string]float64{
			"tasuki.worker.busy{}":                                           1,
			"tasuki.worker.slots{}":                                          10,
			"tasuki.worker.state{tasuki.state=working}":                      1,
			"tasuki.store.up{}":                                              1,
			"tasuki.queue.jobs{tasuki.queue=default,tasuki.state=running}":   1,
			"tasuki.queue.jobs{tasuki.queue=default,tasuki.state=scheduled}": 1,
			"tasuki.store.workers{tasuki.state=working}":                     1,
		} {
			if got[key] != want {
				t.Errorf("%s is %v, want %v", key, got[key], want)
			}
		}
		close(free)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, ok := l.measured(t)["tasuki.worker.slots{}"]; ok {
			t.Error("a gauge is read after Close")
		}
	})
}

func TestEveryMetricHasItsNameUnitAndTypeInOpenTelemetryToo(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{Store: st})
		way := &deaf{st, make(chan struct{})}
		cfg := l.Instrument(doing(func(context.Context) error { return nil }))
		// What a life may bring, all at once.
		job := tasuki.Job{Kind: "task", Queue: "default", Ran: time.Second, Interruptions: 1, Releases: 1}
		for _, verb := range []store.Verb{store.Finish, store.HandOver, store.Fail} {
			cfg.OnJob(t.Context(), tasuki.JobEnd{Job: job, Verb: verb, Items: 1, Redo: time.Second})
		}
		for _, e := range []tasuki.Event{{Name: tasuki.EventBeat}, {Name: tasuki.EventShutdown},
			{Name: tasuki.EventRelease, Released: []store.Released{{Kind: "task", State: store.Ready}}},
			{Name: tasuki.EventExit, Err: errors.Join(&tasuki.StillRunning{Jobs: []tasuki.Job{job}}, &tasuki.Unrecorded{Jobs: []tasuki.Job{job}})}} {
			cfg.OnEvent(t.Context(), e)
		}
		enqueued(t, st, task.Job(1, tasuki.Delay(time.Hour)))
		l.Watch(l.started(t, way, tasuki.Config{}))
		var all metricdata.ResourceMetrics
		if err := l.reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		found := map[string]metricdata.Metrics{}
		for _, m := range all.ScopeMetrics[0].Metrics {
			found[m.Name] = m
		}
		for _, m := range measure.All {
			got, ok := found[m.Name]
			if !ok || got.Unit != m.Unit || got.Description != m.Help || typeOf(got) != m.Type {
				t.Errorf("%s: %q, %s, want %q, %s", m.Name, got.Unit, typeOf(got), m.Unit, m.Type)
			}
			delete(found, m.Name)
		}
		for name := range found {
			t.Errorf("%s is in no table", name)
		}
	})
}

func typeOf(m metricdata.Metrics) measure.Type {
	switch data := m.Data.(type) {
	case metricdata.Histogram[float64]:
		return measure.Histogram
	case metricdata.Gauge[float64]:
		return measure.Gauge
	case metricdata.Sum[float64]:
		if data.IsMonotonic && (m.Name == measure.StoreDone.Name || m.Name == measure.StoreFailed.Name) {
			return measure.Total
		}
		if data.IsMonotonic {
			return measure.Counter
		}
	}
	return ""
}
