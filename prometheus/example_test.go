package prometheus_test

import (
	"context"
	"log"
	"net/http"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/prometheus"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func Example() {
	st, cfg := memory.New(memory.Options{}), tasuki.Config{}

	m := prometheus.New(prometheus.Options{Store: st})
	w, err := tasuki.New(st, m.Instrument(cfg))
	if err != nil {
		log.Fatal(err)
	}
	m.Watch(w)
	http.Handle("/metrics", m.Handler())
	// go http.ListenAndServe(":9090", nil)
	// os.Exit(tasuki.Main(w))
}

func ExampleMetrics_AwaitScrape() {
	st, m := memory.New(memory.Options{}), prometheus.New(prometheus.Options{})
	w, err := tasuki.New(st, m.Instrument(tasuki.Config{}))
	if err != nil {
		log.Fatal(err)
	}

	code := tasuki.Main(w)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	m.AwaitScrape(ctx)
	log.Print("exit code ", code) // os.Exit(code)
}
