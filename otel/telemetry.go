package otel

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/measure"
	"github.com/tasuki-jobs/tasuki/store"
)

// Options are the choices of Telemetry; the zero value works.
type Options struct {
	// TracerProvider gets the spans. Default: the global one.
	TracerProvider trace.TracerProvider
	// MeterProvider gets the metrics. Default: the global one.
	MeterProvider metric.MeterProvider
	// Store is asked at a collection for the depth of the queues and the workers
	// there are. Default: none, and no such metrics. A store is the same for all
	// processes, so one of them is enough.
	Store store.Inspector
	// Timeout is how long a collection waits for the store. Default 2 s.
	Timeout time.Duration
	// Keep is how long the store's answer is good for further collections.
	// Default 5 s; negative: not at all.
	Keep time.Duration
}

// scope is the name under which spans and metrics come.
const scope = "github.com/tasuki-jobs/tasuki"

// Telemetry is the spans and metrics of one process.
type Telemetry struct {
	meter  *measure.Meter
	reader *measure.Reader
	spans  *spans
	gauges metric.Registration
}

// New makes the instruments. Nothing moves them yet: see Instrument.
func New(o Options) (*Telemetry, error) {
	if o.TracerProvider == nil {
		o.TracerProvider = otel.GetTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = otel.GetMeterProvider()
	}
	api := o.MeterProvider.Meter(scope)
	counted, err := newCounted(api)
	if err != nil {
		return nil, fmt.Errorf("make instruments: %w", err)
	}
	t := &Telemetry{meter: measure.NewMeter(counted), spans: newSpans(o.TracerProvider.Tracer(scope))}
	var looker *measure.Looker
	if o.Store != nil {
		looker = measure.NewLooker(o.Store, o.Timeout, o.Keep)
	}
	t.reader = measure.NewReader(t.meter, looker)
	if t.gauges, err = observe(api, t.reader); err != nil {
		return nil, fmt.Errorf("make instruments: %w", err)
	}
	return t, nil
}

// Instrument answers cfg with spans around its worker's runs and the metrics
// listening to its jobs and events. The span is the outermost middleware.
// Listeners that are there already hear all as before; do not set OnJob or OnEvent
// afterwards, as spans end there.
func (t *Telemetry) Instrument(cfg tasuki.Config) tasuki.Config {
	return t.meter.Instrument(t.spans.instrument(cfg))
}

// Watch adds a worker to those whose slots, state and beat are read at a
// collection.
func (t *Telemetry) Watch(w *tasuki.Worker) { t.reader.Watch(w) }

// Close takes the gauges back. Spans and metrics of a worker that still runs come
// as before.
func (t *Telemetry) Close() error {
	if err := t.gauges.Unregister(); err != nil {
		return fmt.Errorf("unregister the gauges: %w", err)
	}
	return nil
}

var _ measure.Sink = (*counted)(nil)

// counted are the instruments of what is counted as it happens.
type counted struct {
	counters   map[*measure.Metric]metric.Float64Counter
	histograms map[*measure.Metric]metric.Float64Histogram
}

func newCounted(api metric.Meter) (*counted, error) {
	c := &counted{counters: map[*measure.Metric]metric.Float64Counter{}, histograms: map[*measure.Metric]metric.Float64Histogram{}}
	for _, m := range measure.All {
		var err error
		switch m.Type {
		case measure.Counter:
			c.counters[m], err = api.Float64Counter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help))
		case measure.Histogram:
			c.histograms[m], err = api.Float64Histogram(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help),
				metric.WithExplicitBucketBoundaries(m.Buckets...))
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Record is what measure.Sink says.
func (c *counted) Record(m *measure.Metric, v float64, labels ...string) {
	with := metric.WithAttributeSet(attributes(m, labels))
	if counter, ok := c.counters[m]; ok {
		counter.Add(context.Background(), v, with)
		return
	}
	c.histograms[m].Record(context.Background(), v, with)
}
