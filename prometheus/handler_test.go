package prometheus_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/prometheus/client_golang/prometheus"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAScrapeOverTheNetworkHasAllMetrics(t *testing.T) {
	st := memory.New(memory.Options{})
	m := prometheus.New(prometheus.Options{Store: st})
	ended := make(chan struct{})
	enqueued(t, st, task.Job(1))
	w := started(t, st, m, tasuki.Config{
		OnJob:    func(context.Context, tasuki.JobEnd) { close(ended) },
		Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
	m.Watch(w)
	<-ended
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	p := parse(t, resp.Body)
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") || p["tasuki_runs_ended_total{kind=task,outcome=done,queue=default}"] != 1 ||
		p["tasuki_worker_slots{}"] != 10 || p["tasuki_store_up{}"] != 1 {
		t.Errorf("%s %v", resp.Header.Get("Content-Type"), p)
	}
	for key := range p {
		if !strings.HasPrefix(key, "tasuki_") {
			t.Errorf("%s is not ours", key)
		}
	}
}

func TestTheMetricsCanBeRegisteredBesideOthers(t *testing.T) {
	m := prometheus.New(prometheus.Options{})
	r := client.NewPedanticRegistry()
	if err := r.Register(m); err != nil {
		t.Fatal(err)
	}
	m.Instrument(tasuki.Config{}).OnEvent(t.Context(), tasuki.Event{Name: tasuki.EventBeat})
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "tasuki_worker_beats_total" && f.Metric[0].Counter.GetValue() == 1 {
			return
		}
	}
	t.Errorf("families %v", families)
}

func TestAwaitScrapeWaitsForOneThatBeganAfterIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		d := &desert{Store: st, wait: time.Second}
		m := prometheus.New(prometheus.Options{Store: d, Keep: -1})
		go scrape(t, m) // begins before, ends after
		pass(500 * time.Millisecond)
		answered := make(chan error, 1)
		go func() { answered <- m.AwaitScrape(t.Context()) }()
		pass(time.Second)
		select {
		case err := <-answered:
			t.Fatalf("a scrape that began before was enough: %v", err)
		default:
		}
		go scrape(t, m)
		synctest.Wait()
		select {
		case err := <-answered:
			t.Fatalf("a scrape that is not answered was enough: %v", err)
		default:
		}
		pass(time.Second)
		if err := <-answered; err != nil {
			t.Error(err)
		}
	})
}

func TestAwaitScrapeEndsWithItsContextAndIsNotMetByHead(t *testing.T) {
	bubble(t, func(t *testing.T, _ *memory.Store) {
		m := prometheus.New(prometheus.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		answered := make(chan error, 1)
		go func() { answered <- m.AwaitScrape(ctx) }()
		synctest.Wait()
		m.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodHead, "/metrics", nil))
		began := time.Now()
		if err := <-answered; !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v, want the deadline after 3s", err, time.Since(began))
		}
	})
}
