// Command webprogress is a web server that makes reports in the background and shows
// in the browser how far they are, by server-sent events.
//
//	go run ./examples/webprogress
//
// and http://localhost:8080 in a browser, or
//
//	curl -X POST localhost:8080/reports               # answers where to look
//	curl -N localhost:8080/reports/ID/events
//
// It creates reports.db. Stop it with ^C while a report is made and start it again:
// the browser connects again by itself, and the report goes on where it was.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A Report is asked for by a visitor.
type Report struct{ Pages int }

// Kept for an hour, so that the browser sees that a report is done.
var reports = tasuki.NewKind[Report]("make report", tasuki.Keep(time.Hour))

// maker makes a report page by page; each takes a while.
func maker(takes time.Duration) tasuki.Handler {
	pages := func(r Report) tasuki.Source[int, source.Item[int, int]] {
		return source.Slice(make([]int, r.Pages))
	}
	return tasuki.Each(reports, pages, func(ctx context.Context, _ Report, _ source.Item[int, int]) error {
		select {
		case <-time.After(takes):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

func run(ctx context.Context, address string) (int, error) {
	st, err := sqlite.Open(ctx, "reports.db", sqlite.Options{})
	if err != nil {
		return 1, err
	}
	defer st.Close()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return 1, err
	}
	web := serve(listener, &site{jobs: st, look: 200 * time.Millisecond})
	w, err := tasuki.New(st, tasuki.Config{
		Handlers: []tasuki.Handler{maker(50 * time.Millisecond)},
		OnEvent: func(ctx context.Context, e tasuki.Event) {
			if e.Name == tasuki.EventShutdown {
				web.stop(ctx) // both stop at the same time
			}
		},
	})
	if err != nil {
		return 1, err
	}
	return tasuki.Main(w), nil
}

func main() {
	code, err := run(context.Background(), address())
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

func address() string {
	if a := os.Getenv("LISTEN"); a != "" {
		return a
	}
	return "localhost:8080"
}

// A server is the site, while it is served.
type server struct {
	http *http.Server
	end  context.CancelFunc // ends the streams, which would outlive any shutdown
}

func serve(l net.Listener, s *site) *server {
	streams, end := context.WithCancel(context.Background())
	srv := &server{end: end, http: &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return streams },
	}}
	go srv.http.Serve(l)
	return srv
}

// stop lets requests end, and streams at once.
func (s *server) stop(ctx context.Context) {
	s.end()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		log.Printf("stop the web server: %v", err)
	}
}
