// Command sidekiq is the Go half of a shop whose jobs are Sidekiq's. The class PagesJob,
// which was slow and had to begin anew at each deploy, has moved to Go; NoticeJob has
// stayed in Ruby. Both sides enqueue for one another, in one Redis.
//
//	redis-server &
//	(cd examples/sidekiq/ruby && sidekiq -r ./jobs.rb) &
//	go run ./examples/sidekiq &
//
//	cd examples/sidekiq/ruby
//	ruby enqueue.rb 7 ../catalogue.csv Lamps                # Ruby enqueues, Go runs
//	cat ../../../pages/7/1.html outbox.txt                  # … and Ruby is told that it is done
//	cd - && go run ./examples/sidekiq notice 7 'Open at nine'   # Go enqueues, Ruby runs
//
// Stop the worker with ^C or kill -9 while it writes and start it again: it goes on at
// the page where it was, and PagesJob has used up no retry. REDIS_URL says where Redis
// is, to both sides. Ruby needs the gem sidekiq (Debian: ruby-sidekiq).
//
// The files, in the order in which to read them:
//
//	ruby/jobs.rb     both classes, as the web server and Sidekiq load them
//	ruby/enqueue.rb  what a controller does
//	jobs.go          the same two classes as kinds
//	pages.go         what PagesJob does
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"os"
	"strconv"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// work runs the worker.
func work(st *redis.Store) (int, error) {
	w, err := tasuki.New(st, tasuki.Config{
		Handlers: []tasuki.Handler{pagesHandler("pages")},
		Queues:   []tasuki.WeightedQueue{{Name: "go"}}, // and none that Ruby works on
		Tag:      "shop",                               // for Sidekiq's Web
	})
	if err != nil {
		return 1, err
	}
	return tasuki.Main(w), nil
}

// notice enqueues a job of Ruby's.
func notice(ctx context.Context, st *redis.Store, args []string) (int, error) {
	if len(args) != 2 {
		return tasuki.ExitUsage, errors.New("usage: sidekiq notice SHOP TEXT")
	}
	shop, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return tasuki.ExitUsage, err
	}
	if _, err := tasuki.Enqueue(ctx, st, noticeJob.Job(Notice{shop, args[1]})); err != nil {
		return 1, err
	}
	return 0, nil
}

func run(ctx context.Context, url string, args []string) (int, error) {
	st, err := redis.Open(ctx, url, redis.Options{})
	if err != nil {
		return 1, err
	}
	defer st.Close()
	if len(args) > 0 && args[0] == "notice" {
		return notice(ctx, st, args[1:])
	}
	return work(st) // its flags are -t, -c and -q
}

func main() {
	code, err := run(context.Background(), cmp.Or(os.Getenv("REDIS_URL"), "redis://localhost:6379/0"), os.Args[1:])
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}
