package prometheus_test

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

var (
	task = tasuki.NewKind[int]("task")
	walk = tasuki.NewKind[int]("walk")
)

// pass lets d of the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }

// bubble runs a test in a bubble of its own time, on a fresh memory store.
func bubble(t *testing.T, do func(t *testing.T, st *memory.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { do(t, memory.New(memory.Options{})) })
}

// started is a worker with metrics, stopped at the test's end.
func started(t *testing.T, st store.Store, m *prometheus.Metrics, cfg tasuki.Config) *tasuki.Worker {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	w, err := tasuki.New(st, m.Instrument(cfg))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	return w
}

func enqueued(t *testing.T, st store.Producer, jobs ...store.Job) {
	t.Helper()
	if _, err := tasuki.Enqueue(t.Context(), st, jobs...); err != nil {
		t.Fatal(err)
	}
}

func stopped(t *testing.T, w *tasuki.Worker) {
	t.Helper()
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// count is a source of the numbers 1 to n.
func count(n int) tasuki.Source[int, int] {
	return tasuki.Source[int, int]{
		After: func(_ context.Context, c int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := c + 1; i <= n; i++ {
					if !yield(i, nil) {
						return
					}
				}
			}
		},
		Cursor: func(i int) int { return i },
	}
}

// walking is a resumable job whose items take a second each.
func walking(opts ...tasuki.EachOption) tasuki.Handler {
	return tasuki.Each(walk, count, func(context.Context, int, int) error { pass(time.Second); return nil }, opts...)
}

// A page is what a scrape brought: by series such as `name{kind="x",queue="y"}` its
// value. Histograms are _count and _sum.
type page map[string]float64

// parse reads the text format with the parser that Prometheus has.
func parse(t *testing.T, body io.Reader) page {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(body)
	if err != nil {
		t.Errorf("parse a scrape: %v", err)
	}
	p := page{}
	for name, f := range families {
		for _, m := range f.Metric {
			p.add(name, m)
		}
	}
	return p
}

func (p page) add(name string, m *dto.Metric) {
	var labels []string
	for _, l := range m.Label {
		labels = append(labels, l.GetName()+"="+l.GetValue())
	}
	key := "{" + strings.Join(labels, ",") + "}"
	switch {
	case m.Histogram != nil:
		p[name+"_count"+key] = float64(m.Histogram.GetSampleCount())
		p[name+"_sum"+key] = m.Histogram.GetSampleSum()
	case m.Counter != nil:
		p[name+key] = m.Counter.GetValue()
	case m.Gauge != nil:
		p[name+key] = m.Gauge.GetValue()
	}
}

// scrape asks the handler, without a network so that it works in a bubble.
func scrape(t *testing.T, m *prometheus.Metrics) page {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Errorf("scrape: %d %s", rec.Code, rec.Body)
	}
	return parse(t, rec.Body)
}

// only fails unless the series of these metrics, and no others of them, are there
// with these values.
func only(t *testing.T, p page, names []string, want page) {
	t.Helper()
	got := page{}
	for key, v := range p {
		name, _, _ := strings.Cut(key, "{")
		if slices.Contains(names, name) {
			got[key] = v
		}
	}
	for key := range want {
		if name, _, _ := strings.Cut(key, "{"); !slices.Contains(names, name) {
			t.Fatalf("%s is none of %v", key, names)
		}
	}
	if !maps.EqualFunc(got, want, near) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// cost are the metrics of what a deploy costs.
var cost = []string{"tasuki_jobs_interrupted_total", "tasuki_jobs_handed_over_total", "tasuki_jobs_released_total",
	"tasuki_redo_items_total", "tasuki_redo_time_seconds_total"}
