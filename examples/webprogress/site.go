package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

//go:embed index.html
var index []byte

// A site enqueues reports and shows how far they are.
type site struct {
	jobs interface {
		store.Producer
		store.Inspector
	}
	look time.Duration // how often a stream looks at its job
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write(index) })
	mux.HandleFunc("POST /reports", s.create)
	mux.HandleFunc("GET /reports/{id}/events", s.events)
	return mux
}

// create enqueues a report and answers where its events are.
func (s *site) create(w http.ResponseWriter, r *http.Request) {
	job := reports.Job(Report{Pages: 100})
	if _, err := tasuki.Enqueue(r.Context(), s.jobs, job); err != nil {
		log.Print(err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Location", "/reports/"+job.ID+"/events")
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintln(w, "/reports/"+job.ID+"/events")
}

// A Status is what the browser is told.
type Status struct {
	State store.State `json:"state"`
	Done  int64       `json:"done"`
	Total int64       `json:"total"`
}

// events streams a report's status whenever it has changed, until the report has
// ended or nobody listens any more.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	now, err := s.status(ctx, r.PathValue("id"))
	if err != nil || now == nil {
		http.Error(w, "there is no such report", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	ticks := time.NewTicker(s.look)
	defer ticks.Stop()
	for told := (Status{}); ; {
		if *now != told {
			if told = *now; send(w, stream, told) != nil || told.State.Ended() {
				return
			}
		}
		select {
		case <-ticks.C:
		case <-ctx.Done(): // the browser went, or the server stops
			return
		}
		if now, err = s.status(ctx, r.PathValue("id")); err != nil || now == nil {
			return // the browser comes again
		}
	}
}

// send writes one event. The last one is named end: the browser must not come again.
func send(w http.ResponseWriter, stream *http.ResponseController, now Status) error {
	name := "status"
	if now.State.Ended() {
		name = "end"
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data); err != nil {
		return err
	}
	return stream.Flush()
}

// status is how a report stands; nil if there is none of that id.
func (s *site) status(ctx context.Context, id string) (*Status, error) {
	page, err := s.jobs.List(ctx, store.ListRequest{Filter: store.Filter{IDs: []string{id}, Kinds: []string{reports.Name()}}})
	if err != nil || len(page.Jobs) == 0 {
		return nil, err
	}
	j := page.Jobs[0]
	return &Status{j.State, j.Progress.Done, j.Progress.Total}, nil
}
