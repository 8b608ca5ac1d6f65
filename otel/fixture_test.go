package otel_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/otel"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

var task = tasuki.NewKind[int]("task")

// A lab is telemetry with the SDK behind it, whose spans and metrics a test reads.
type lab struct {
	*otel.Telemetry
	tracer *sdktrace.TracerProvider
	spans  *tracetest.SpanRecorder
	reader *sdkmetric.ManualReader
}

func newLab(t *testing.T, o otel.Options) *lab {
	t.Helper()
	l := &lab{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	l.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(l.spans))
	o.TracerProvider, o.MeterProvider = l.tracer, sdkmetric.NewMeterProvider(sdkmetric.WithReader(l.reader))
	var err error
	if l.Telemetry, err = otel.New(o); err != nil {
		t.Fatal(err)
	}
	return l
}

// pass lets d of the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }

func bubble(t *testing.T, do func(t *testing.T, st *memory.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { do(t, memory.New(memory.Options{})) })
}

// started is a worker with telemetry that runs one handler, stopped at the test's end.
func (l *lab) started(t *testing.T, st store.Store, cfg tasuki.Config) *tasuki.Worker {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	w, err := tasuki.New(st, l.Instrument(cfg))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	return w
}

// doing is a Config whose worker runs task by do.
func doing(do func(context.Context) error) tasuki.Config {
	return tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error { return do(ctx) })}}
}

func enqueued(t *testing.T, st store.Producer, jobs ...store.Job) {
	t.Helper()
	if _, err := tasuki.Enqueue(t.Context(), st, jobs...); err != nil {
		t.Fatal(err)
	}
}

// span is the only one that has ended.
func (l *lab) span(t *testing.T) sdktrace.ReadOnlySpan {
	t.Helper()
	all := l.spans.Ended()
	if len(all) != 1 {
		t.Fatalf("%d spans have ended, want 1", len(all))
	}
	return all[0]
}

// tags are attributes as text, by key.
func tags(all []attribute.KeyValue) map[string]string {
	m := map[string]string{}
	for _, kv := range all {
		m[string(kv.Key)] = kv.Value.String()
	}
	return m
}

// measured are all series with their values; of histograms the count.
func (l *lab) measured(t *testing.T) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := l.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			points(m, got)
		}
	}
	return got
}

func points(m metricdata.Metrics, into map[string]float64) {
	switch data := m.Data.(type) {
	case metricdata.Sum[float64]:
		for _, p := range data.DataPoints {
			into[series(m.Name, p.Attributes)] = p.Value
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			into[series(m.Name, p.Attributes)] = p.Value
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			into[series(m.Name, p.Attributes)] = float64(p.Count)
		}
	}
}

func series(name string, set attribute.Set) string {
	all := tags(set.ToSlice())
	var labels []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		labels = append(labels, k+"="+all[k])
	}
	return name + "{" + strings.Join(labels, ",") + "}"
}
