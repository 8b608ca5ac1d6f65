package tasuki_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki"
)

// Jobs that Ruby and Go can both run, with arguments by position, and one that only Go
// can: it has a queue of its own.
type (
	nap   struct{ MS int }
	march struct{ N, MS int } // items, and how long each takes
)

const goQueue = "go"

var (
	plainKind    = tasuki.NewKind[nap]("PlainJob", tasuki.Positional())
	failOnceKind = tasuki.NewKind[nap]("FailOnceJob", tasuki.Positional())
	longKind     = tasuki.NewKind[nap]("LongJob", tasuki.Positional()) // until its context ends
	deafKind     = tasuki.NewKind[nap]("DeafJob", tasuki.Positional()) // whatever its context says
	marchKind    = tasuki.NewKind[march]("MarchJob", tasuki.Positional(), tasuki.Queue(goQueue))
)

// errPlanned is what a job that fails once fails with.
var errPlanned = errors.New("as planned")

// rubyJobs are the same for Ruby. Retries come as soon as those of Go: only the pauses are
// other than Sidekiq's.
const rubyJobs = `
BOOK = File.open(ENV["BOOK"], "a")
NAME = "ruby:#{Process.pid}"
RUNS = [0]
LOCK = Mutex.new

class Pen
  def call(worker, job, queue)
    run = LOCK.synchronize { RUNS[0] += 1 }
    note(job, run, "begin")
    worker.first = !job.key?("retry_count") if worker.respond_to?(:first=)
    yield
    note(job, run, "done")
  rescue Sidekiq::Shutdown
    note(job, run, "left")
    raise
  rescue => e
    note(job, run, e.message == "as planned" ? "fail" : "error")
    raise
  end

  def note(job, run, what)
    BOOK.syswrite("#{Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)} #{NAME} #{job["jid"]} #{run} #{what}\n")
  end
end

class PlainJob
  include Sidekiq::Worker
  def perform(ms) = sleep(ms / 1000.0)
end
class LongJob < PlainJob; end

class FailOnceJob
  include Sidekiq::Worker
  sidekiq_retry_in { 1 }
  attr_accessor :first
  def perform(ms)
    sleep(ms / 1000.0)
    raise "as planned" if first
  end
end

Sidekiq.configure_server do |config|
  config.server_middleware { |chain| chain.add Pen }
  config.death_handlers << ->(job, error) { Pen.new.note(job, 0, "dead") }
end
require "sidekiq/job_retry"
Sidekiq::JobRetry.prepend(Module.new { private def rand(_) = 0 })
`

// loggedIn makes a child a worker of these jobs that writes into a logbook.
func loggedIn(cfg *tasuki.Config, path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	p := &pen{file: file}
	cfg.Middleware = []tasuki.Middleware{p.wrap}
	cfg.Queues = []tasuki.WeightedQueue{{Name: "default", Weight: 1}, {Name: goQueue, Weight: 1}}
	sleep := func(ctx context.Context, n nap) error {
		<-time.After(time.Duration(n.MS) * time.Millisecond)
		return nil
	}
	cfg.Handlers = []tasuki.Handler{
		plainKind.Do(sleep), deafKind.Do(sleep),
		failOnceKind.Do(func(ctx context.Context, n nap) error {
			sleep(ctx, n)
			if tasuki.JobFrom(ctx).Attempt == 1 {
				return tasuki.RetryIn(time.Second, errPlanned)
			}
			return nil
		}),
		longKind.Do(func(ctx context.Context, n nap) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(n.MS) * time.Millisecond):
				return nil
			}
		}),
		tasuki.Each(marchKind, func(m march) tasuki.Source[int, int] { return count(m.N) }, func(ctx context.Context, m march, i int) error {
			<-time.After(time.Duration(m.MS) * time.Millisecond)
			p.note(ctx, "item:"+strconv.Itoa(i))
			return nil
		}),
	}
	return nil
}
