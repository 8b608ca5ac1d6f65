package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store/redis"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// What docs/sidekiq.md shows and says beyond the example.

type Invoice struct {
	Order sidekiq.GlobalID // gid://shop/Order/7
	Words struct {         // keyword arguments
		Due sidekiq.Date `json:"due"`
	}
}

var invoiceJob = tasuki.NewKind[Invoice]("InvoiceJob", tasuki.Positional())

type Reminder struct {
	Order sidekiq.GlobalID
	Words sidekiq.Keywords
}

var reminderJob = sidekiq.NewActiveJob[Reminder]("ReminderJob", tasuki.Queue("default"))

var rails = redistest.Rails + `
GlobalID.app = "shop"
class Order
  include GlobalID::Identification
  attr_reader :id
  def initialize(id) = @id = id
  def self.find(id) = new(id)
end
class InvoiceJob < ActiveJob::Base
  queue_as :go

  def perform(order, due:) = raise(NotImplementedError, "Go runs this")
end
class ReminderJob < ActiveJob::Base
  def perform(order, urgent: false)
    Sidekiq.redis { |r| r.rpush("reminded", "#{order.class} #{order.id} #{urgent}") }
  end
end`

// opening is a store on an address, for one test.
func opening(t *testing.T, url string) *redis.Store {
	t.Helper()
	st, err := redis.Open(t.Context(), url, redis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func TestActiveJobsOfTheDocsGoToGoAndBackToRails(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Code: rails}
	app.Sidekiq(t)
	redistest.Eval[any](t, app.Client(t), `InvoiceJob.perform_later(Order.new("7"), due: Date.new(2026, 12, 24)); nil`)
	st, due := opening(t, db.URL()), ""
	handler := invoiceJob.Do(func(ctx context.Context, invoice Invoice) error {
		due = invoice.Words.Due.String()
		job := reminderJob.Job(Reminder{invoice.Order, sidekiq.Keywords{"urgent": true}})
		return tasuki.Then(job)
	})
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{handler}, Queues: []tasuki.WeightedQueue{{Name: "go"}}}, tasukitest.On(st, nil))
	box.Run()
	if due != "2026-12-24" {
		t.Errorf("due %q", due)
	}
	if got := redistest.Ask[[]string](t, db, "BLPOP", "reminded", "20"); len(got) != 2 || got[1] != "Order 7 true" {
		t.Errorf("Rails performed %q", got)
	}
}

// performing is the class as it is before perform is emptied: what Ruby runs is told by Ruby.
func (s *shop) performing(queue string) redistest.App {
	app := s.ruby("jobs")
	app.Code += `
class PagesJob
  sidekiq_options queue: "` + queue + `"
  def perform(shop, catalogue, options = {}) = NoticeJob.new.perform(shop, "Ruby ran #{options["title"]}")
end`
	return app
}

const push = `PagesJob.perform_async(7, args[0], {"title" => args[1]})`

func TestInTheDeployOrderOfTheDocsEachSideRunsWhatWasEnqueuedForIt(t *testing.T) {
	s := opened(t)
	old, file := s.performing("default"), catalogue(t, 3)
	api := old.Client(t)
	redistest.Eval[string](t, api, push, file, "waiting")
	redistest.Eval[string](t, api, `PagesJob.perform_in(2, 7, args[0], {"title" => "later"})`, file)
	worker := s.work()           // 1.
	during := s.performing("go") // 2.
	during.Sidekiq(t)
	redistest.Eval[string](t, during.Client(t), push, file, "new")
	program.Await(t, "all", func() bool { return strings.Count(s.notices(), "\n") == 3 })
	worker.Stop()
	for _, want := range []string{"The pages of new are there.", "Ruby ran waiting", "Ruby ran later"} {
		if !strings.Contains(s.notices(), want) {
			t.Errorf("%q is missing in %q", want, s.notices())
		}
	}
}

func TestRubyTakesTheClassBackWithWhatGoHadBegun(t *testing.T) {
	const n = 40_000
	s := opened(t)
	back := s.performing("go")
	redistest.Eval[string](t, back.Client(t), push, catalogue(t, n), "Lamps")
	worker := s.work()
	program.Await(t, "pages", func() bool { return s.pages() > 0 })
	worker.Stop()
	if s.pages() == n || s.notices() != "" {
		t.Fatal("Go was done: the test would prove nothing")
	}
	back.Flags = []string{"-q", "go"}
	back.Sidekiq(t)
	program.Await(t, "the notice", func() bool { return s.notices() != "" })
	if got, want := s.notices(), "shop 7: Ruby ran Lamps\n"; got != want {
		t.Errorf("notices %q, want %q", got, want)
	}
}

func TestWhatRubyScheduledEntersItsQueueWhenItIsDueWhereGoWorks(t *testing.T) {
	s := opened(t)
	s.ruby("jobs").Sidekiq(t) // it looks at the schedule for the first time after 10 to 15 s
	api := s.ruby("jobs").Client(t)
	worker := s.work()
	program.Await(t, "the worker", func() bool { return redistest.Eval[int](t, api, `Sidekiq::ProcessSet.new.size`) == 2 })
	wait := redistest.Eval[float64](t, api, `
		t = Process.clock_gettime(Process::CLOCK_MONOTONIC)
		NoticeJob.perform_in(2, 7, "later")
		sleep 0.01 until File.exist?(ENV["OUTBOX"])
		Process.clock_gettime(Process::CLOCK_MONOTONIC) - t`)
	worker.Stop()
	if wait < 1.9 || wait > 5 {
		t.Errorf("it ran after %.1f s, and was due after 2", wait)
	}
}

var blocks = regexp.MustCompile("(?s)```(\\w*)\n(.*?)```")

// page are the blocks of docs/sidekiq.md in a language.
func page(t *testing.T, language string) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/sidekiq.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks.FindAllStringSubmatch(dense(string(text)), -1) {
		if b[1] == language {
			all = append(all, b[2])
		}
	}
	return all
}

// dense is text without indents and without lines that are empty or comments alone.
func dense(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "// ") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestTheDocsShowCodeThatIsRunHere(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var here strings.Builder
	for _, file := range append(files, "ruby/jobs.rb", "ruby/enqueue.rb") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		here.WriteString(dense(string(text)))
	}
	for language, want := range map[string]int{"go": 8, "ruby": 3} {
		shown := page(t, language)
		if len(shown) != want {
			t.Errorf("the page has %d blocks of %s, want %d", len(shown), language, want)
		}
		for _, code := range shown {
			if !strings.Contains(here.String(), code) {
				t.Errorf("the page shows what is not here:\n%s", code)
			}
		}
	}
}

func TestTheUserOfTheDocsMayDoAllThatIsNeeded(t *testing.T) {
	server := redistest.Own(t, redistest.Options{Password: "none else"})
	rights := page(t, "")
	if len(rights) != 1 || !strings.HasPrefix(rights[0], "ACL SETUSER worker on >password ") {
		t.Fatalf("rights %q", rights)
	}
	var words []any
	for word := range strings.FieldsSeq(rights[0]) {
		words = append(words, word)
	}
	if _, err := server.Exec(t.Context(), words...); err != nil {
		t.Fatal(err)
	}
	url := "redis://worker:password@" + server.Addr() + "/0"
	st := opening(t, url)
	dir := t.TempDir()
	if _, err := tasuki.Enqueue(t.Context(), st, pagesJob.Job(Pages{Shop: 7, Catalogue: catalogue(t, 3)}, tasuki.Queue("go"))); err != nil {
		t.Fatal(err)
	}
	worker := program.Start(t, dir, "REDIS_URL="+url)
	program.Await(t, "the next job", func() bool {
		jobs := tasukitest.Jobs(t, st)
		return len(jobs) == 1 && jobs[0].Kind == "NoticeJob"
	})
	for line := range strings.Lines(worker.Stop()) {
		// Where the test itself runs may be a trap for workers.
		if !strings.Contains(line, " trap=") && (strings.Contains(line, "ERROR") || strings.Contains(line, "WARN")) {
			t.Errorf("the worker says: %s", line)
		}
	}
}
