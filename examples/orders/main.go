// Command orders is a web shop whose requests enqueue jobs in the transaction that
// writes their own data, on PostgreSQL. An order and its job are both there or
// neither: no order without a job because the process died in between, no job for
// an order that was rolled back, and nothing to clean up behind either.
//
//	DATABASE_URL=postgres://user@localhost/shop go run ./examples/orders
//
//	curl -i localhost:8080/orders -H 'Idempotency-Key: 1' \
//	     -d '{"email":"ada@example.com","lines":[{"article":"lamp","pieces":2}]}'
//	curl localhost:8080/orders/1
//	curl -i localhost:8080/subscribers -d '{"email":"ada@example.com"}'
//
// Send the order again with its key: it is the same order, and it has no second job.
//
// The files, in the order in which to read them:
//
//	place.go      POST /orders: pgx, one transaction for the order and its job
//	subscribe.go  POST /subscribers: the same with database/sql
//	pack.go       the jobs: what they write, how far they are and what comes next are
//	              one transaction too
package main

import (
	"context"
	_ "embed"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/postgres"
)

//go:embed schema.sql
var schema string

// A shop is what its requests and its jobs need.
type shop struct {
	jobs *postgres.Store
	mail func(ctx context.Context, to, text string) error
}

// open opens the database: the shop's tables and the jobs, which have a schema of
// their own.
func open(ctx context.Context, dsn string) (*shop, error) {
	jobs, err := postgres.Open(ctx, dsn, postgres.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := jobs.Pool().Exec(ctx, schema); err != nil {
		jobs.Close()
		return nil, err
	}
	return &shop{jobs: jobs, mail: printed}, nil
}

// printed mails nothing: it prints what it would.
func printed(_ context.Context, to, text string) error {
	log.Printf("mail to %s: %s", to, text)
	return nil
}

func (s *shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", s.postOrder)
	mux.HandleFunc("GET /orders/{number}", s.getOrder)
	mux.HandleFunc("POST /subscribers", s.postSubscriber)
	return mux
}

// handlers are all that this program's workers run.
func (s *shop) handlers() []tasuki.Handler { return []tasuki.Handler{s.packer(), s.mailer()} }

// run serves the site and runs the jobs in one process. They could as well be two
// programs: the site needs no worker, and a worker no site.
func run(ctx context.Context, dsn, address string) (int, error) {
	if dsn == "" {
		return tasuki.ExitUsage, errors.New("DATABASE_URL is not set (hint: DATABASE_URL=postgres://user@localhost/shop)")
	}
	s, err := open(ctx, dsn)
	if err != nil {
		return 1, err
	}
	defer s.jobs.Close()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return 1, err
	}
	site := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	go site.Serve(listener)
	w, err := tasuki.New(s.jobs, tasuki.Config{
		Handlers: s.handlers(),
		OnEvent: func(ctx context.Context, e tasuki.Event) {
			if e.Name == tasuki.EventShutdown {
				stop(ctx, site) // both stop at the same time
			}
		},
	})
	if err != nil {
		return 1, err
	}
	return tasuki.Main(w), nil
}

// stop lets requests end.
func stop(ctx context.Context, site *http.Server) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := site.Shutdown(ctx); err != nil {
		log.Printf("stop the web server: %v", err)
	}
}

func main() {
	address := os.Getenv("LISTEN")
	if address == "" {
		address = "localhost:8080"
	}
	code, err := run(context.Background(), os.Getenv("DATABASE_URL"), address)
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}
