package prometheus

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/measure"
	"github.com/tasuki-jobs/tasuki/store"
)

// Options are the choices of Metrics; the zero value works.
type Options struct {
	// Store is asked at a scrape for the depth of the queues and the workers
	// there are. Default: none, and no such metrics. A store is the same for all
	// processes, so one of them is enough.
	Store store.Inspector
	// Timeout is how long a scrape waits for the store. Default 2 s.
	Timeout time.Duration
	// Keep is how long the store's answer is good for further scrapes. Default
	// 5 s; negative: not at all.
	Keep time.Duration
}

// Metrics are tasuki's metrics of one process. They are a prometheus.Collector, to
// be registered where the program's own metrics are; or Handler serves them alone.
type Metrics struct {
	meter    *measure.Meter
	reader   *measure.Reader
	counters *vectors
	served   *scrapes
	handler  http.Handler
}

var _ prometheus.Collector = (*Metrics)(nil)

// New makes metrics that nobody moves yet: see Instrument.
func New(o Options) *Metrics {
	counters := newVectors()
	meter := measure.NewMeter(counters)
	var looker *measure.Looker
	if o.Store != nil {
		looker = measure.NewLooker(o.Store, o.Timeout, o.Keep)
	}
	m := &Metrics{meter: meter, reader: measure.NewReader(meter, looker), counters: counters, served: newScrapes()}
	alone := prometheus.NewPedanticRegistry()
	alone.MustRegister(m)
	m.handler = promhttp.HandlerFor(alone, promhttp.HandlerOpts{})
	return m
}

// Instrument answers cfg with the metrics listening to its worker's jobs and
// events. Listeners that are there already hear them as before; do not set OnJob
// or OnEvent afterwards. The kinds of cfg's handlers become values of the label
// kind; jobs of other kinds count as "other".
func (m *Metrics) Instrument(cfg tasuki.Config) tasuki.Config { return m.meter.Instrument(cfg) }

// Watch adds a worker to those whose slots, state and beat are read at a scrape.
func (m *Metrics) Watch(w *tasuki.Worker) { m.reader.Watch(w) }

// Handler serves the metrics, and nothing but them, to a scraper.
func (m *Metrics) Handler() http.Handler { return m.served.counting(m.handler) }

// AwaitScrape waits until a request that came to Handler after this call was
// answered, or ctx ends. What happens in a worker's last seconds is what a deploy
// cost, and a process that exits takes what nobody has scraped with it: call this
// behind the stop, with what is left of the platform's grace.
func (m *Metrics) AwaitScrape(ctx context.Context) error { return m.served.await(ctx) }

// Describe is for the registry.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, metric := range measure.All {
		ch <- m.counters.descs[metric]
	}
}

// Collect is for the registry: it reads the gauges.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	m.counters.collect(ch)
	for _, s := range m.reader.Read(context.Background()) {
		desc := m.counters.descs[s.Metric]
		metric, err := prometheus.NewConstMetric(desc, valueType(s.Metric), s.Value, s.Labels...)
		if err != nil {
			metric = prometheus.NewInvalidMetric(desc, err)
		}
		ch <- metric
	}
}

func valueType(m *measure.Metric) prometheus.ValueType {
	if m.Type == measure.Total {
		return prometheus.CounterValue
	}
	return prometheus.GaugeValue
}
