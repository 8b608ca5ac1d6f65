// Package health answers the probes of a platform: /livez and /readyz.
//
//	http.Handle("/", health.Handler(w))
//
// docs/observability.md says which probe a worker should have, and why mostly
// none is better than a quick one.
package health

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// A Worker is what the probes ask: a *tasuki.Worker.
type Worker interface {
	// Status must answer at once.
	Status() tasuki.Status
}

var _ Worker = (*tasuki.Worker)(nil)

// Handler answers
//
//   - /livez: 200 as long as this process can say how its workers do. It asks the
//     workers, never the store, and it stays 200 while they drain: who is restarted
//     for being busy loses what it does. A process that hangs does not answer.
//   - /readyz: 200 while each worker claims jobs and the store answers its beats;
//     503 with the reason when one was not started yet, is quiet, stops, has ended,
//     or has no answered beat.
//
// The body is text, or JSON for who accepts application/json. GET and HEAD only;
// no answer may be cached.
func Handler(w Worker, more ...Worker) http.Handler {
	workers := append([]Worker{w}, more...)
	mux := http.NewServeMux()
	mux.Handle("GET /livez", &probe{workers, alive})
	mux.Handle("GET /readyz", &probe{workers, ready})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// A probe asks all workers one question, whose answer is why not, or "".
type probe struct {
	workers []Worker
	ask     func(tasuki.Status) string
}

func alive(tasuki.Status) string { return "" }

// ready says why a worker takes no jobs.
func ready(s tasuki.Status) string {
	switch {
	case s.Ended:
		return "ended"
	case !s.Started:
		return "not started"
	case s.State != store.Working:
		return string(s.State)
	case !s.Fresh:
		return fmt.Sprintf("the store answered no beat for %v", s.BeatAge.Round(100*time.Millisecond))
	}
	return ""
}

// An answer is the body in JSON.
type answer struct {
	OK      bool     `json:"ok"`
	Reason  string   `json:"reason,omitempty"` // of the first worker that is not
	Workers []worker `json:"workers"`
}

type worker struct {
	Name    string  `json:"name"`
	OK      bool    `json:"ok"`
	Reason  string  `json:"reason,omitempty"`
	State   string  `json:"state,omitempty"`
	Slots   int     `json:"slots"`
	Busy    int     `json:"busy"`
	BeatAge float64 `json:"beat_age_seconds"`
}

func (p *probe) answer() answer {
	a := answer{OK: true, Workers: []worker{}}
	for _, w := range p.workers {
		s := w.Status()
		why := p.ask(s)
		if why != "" && a.OK {
			a.OK, a.Reason = false, why
		}
		a.Workers = append(a.Workers, worker{Name: s.Worker, OK: why == "", Reason: why, State: string(s.State),
			Slots: s.Slots, Busy: s.Busy, BeatAge: s.BeatAge.Seconds()})
	}
	return a
}

func (p *probe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := p.answer()
	status, text := http.StatusOK, "ok\n"
	if !a.OK {
		status, text = http.StatusServiceUnavailable, a.Reason+"\n"
	}
	h := w.Header()
	h.Set("Vary", "Accept")
	h.Set("X-Content-Type-Options", "nosniff")
	if wantsJSON(r) {
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(a) // who went away needs no answer
		return
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// wantsJSON says whether JSON is named among what the client accepts.
func wantsJSON(r *http.Request) bool {
	for _, header := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(header, ",") {
			kind, params, err := mime.ParseMediaType(one)
			q, weighed := params["q"]
			refused := weighed && strings.Trim(q, "0.") == ""
			if err == nil && kind == "application/json" && !refused {
				return true
			}
		}
	}
	return false
}
