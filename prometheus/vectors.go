package prometheus

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tasuki-jobs/tasuki/internal/measure"
)

// vectors hold what is counted as it happens. They are a measure.Sink.
type vectors struct {
	descs      map[*measure.Metric]*prometheus.Desc
	counters   map[*measure.Metric]*prometheus.CounterVec
	histograms map[*measure.Metric]*prometheus.HistogramVec
}

func newVectors() *vectors {
	v := &vectors{
		descs:      map[*measure.Metric]*prometheus.Desc{},
		counters:   map[*measure.Metric]*prometheus.CounterVec{},
		histograms: map[*measure.Metric]*prometheus.HistogramVec{},
	}
	for _, m := range measure.All {
		v.add(m)
	}
	return v
}

func (v *vectors) add(m *measure.Metric) {
	name := m.Prometheus()
	v.descs[m] = prometheus.NewDesc(name, m.Help, m.Labels, nil)
	switch m.Type {
	case measure.Counter:
		v.counters[m] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: m.Help}, m.Labels)
	case measure.Histogram:
		v.histograms[m] = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: m.Help, Buckets: m.Buckets}, m.Labels)
	}
	if len(m.Labels) == 0 && !m.Read() {
		v.touch(m)
	}
}

// touch makes a metric without labels visible before it moves.
func (v *vectors) touch(m *measure.Metric) {
	if c := v.counters[m]; c != nil {
		c.WithLabelValues()
	}
	if h := v.histograms[m]; h != nil {
		h.WithLabelValues()
	}
}

// Record is what measure.Sink says.
func (v *vectors) Record(m *measure.Metric, value float64, labels ...string) {
	if c := v.counters[m]; c != nil {
		c.WithLabelValues(labels...).Add(value)
		return
	}
	v.histograms[m].WithLabelValues(labels...).Observe(value)
}

func (v *vectors) collect(ch chan<- prometheus.Metric) {
	for _, c := range v.counters {
		c.Collect(ch)
	}
	for _, h := range v.histograms {
		h.Collect(ch)
	}
}
