package redis

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
)

// rails is an application with a class of jobs, and records that GlobalID finds.
const rails = `
GlobalID.app = "shop"
Time.zone = "Europe/Berlin"

Order = Struct.new(:id) do
  include GlobalID::Identification
  def self.find(id) = new(id)
end

module Mail
  class LetterJob < ActiveJob::Base
    def perform(*args, **words)
      raise ArgumentError, "not today" if words[:fail]
      told = [args.map { |a| "#{a.class} #{a.is_a?(Order) ? a.id : a.acts_like?(:time) ? a.utc.iso8601(1) : a.inspect}" }, words.inspect, executions, queue_name]
      Sidekiq.redis { |c| c.rpush("performed", JSON.generate(told)) }
    end
  end

  class AgainJob < LetterJob
    retry_on ArgumentError, wait: 0, attempts: 2 do |job, error|
      Sidekiq.redis { |c| c.rpush("performed", JSON.generate([[], error.message, job.executions, job.queue_name])) }
    end
  end
end
`

// letterArgs are what the class's perform is given, with the types that Go has for them.
type letterArgs struct {
	Kind  sidekiq.Symbol
	Day   sidekiq.Date
	At    time.Time
	Local time.Time
	Wait  sidekiq.Duration
	Order sidekiq.GlobalID
	Opts  struct {
		Size  int64 `json:"size"`
		Inner map[string][]sidekiq.Symbol
	}
	Note  *string
	Words sidekiq.Keywords
}

const letterRuby = `(:sym, Date.new(2026, 1, 2), Time.utc(2026, 1, 2, 3, 4, 5.5r), Time.zone.local(2026, 7, 1, 12), 90.seconds, Order.new(7),
	{"size" => 12345678901234567, "Inner" => {a: [:b, :c]}.with_indifferent_access}, nil, force: true, since: Date.new(2026, 3, 4), list: [1, {deep: :x}])`

// railsApp is a Rails application on a database, as a process that does what it is told.
func railsApp(t *testing.T, more string) (redistest.App, *redistest.Client, *Store, *redistest.DB) {
	t.Helper()
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Code: redistest.Rails + rails + more}
	return app, app.Client(t), open(t, db), db
}

// letters is a handler in Go of Rails' class, which tells what it got.
func letters(got chan<- letterArgs, fail error) tasuki.Handler {
	k := tasuki.NewKind[letterArgs]("Mail::LetterJob", tasuki.Positional(), tasuki.Backoff(func(int) time.Duration { return time.Hour }))
	return k.Do(func(_ context.Context, args letterArgs) error { got <- args; return fail })
}

func wantLetter(t *testing.T, got letterArgs) {
	t.Helper()
	want := letterArgs{Kind: "sym", Day: sidekiq.Date{Year: 2026, Month: 1, Day: 2}, Wait: sidekiq.Duration(90 * time.Second), Order: "gid://shop/Order/7",
		At: time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), Local: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC),
		Words: sidekiq.Keywords{"force": true, "since": "2026-03-04", "list": []any{1.0, map[string]any{"deep": "x"}}}}
	want.Opts.Size, want.Opts.Inner = 12345678901234567, map[string][]sidekiq.Symbol{"a": {"b", "c"}}
	got.At, got.Local = got.At.UTC(), got.Local.UTC()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Go got %+v\nwant   %+v", got, want)
	}
}

func TestGoRunsAnActiveJobWithTypedArguments(t *testing.T) {
	_, c, s, _ := railsApp(t, "")
	got := make(chan letterArgs, 2)
	engine(t, s, letters(got, nil))
	redistest.Eval[any](t, c, `Mail::LetterJob.perform_later`+letterRuby+`; nil`)
	wantLetter(t, told(t, got))
	from := time.Now()
	redistest.Eval[any](t, c, `Mail::LetterJob.set(wait: 1.second).perform_later`+letterRuby+`; nil`)
	wantLetter(t, told(t, got))
	if took := time.Since(from); took < 900*time.Millisecond {
		t.Errorf("it waited %v, not a second", took)
	}
}

// TestRailsPerformsAnActiveJobThatFailedInGo: nothing of what Rails wrote is lost on the
// way.
func TestRailsPerformsAnActiveJobThatFailedInGo(t *testing.T) {
	app, c, s, db := railsApp(t, "")
	got := make(chan letterArgs, 2)
	w := engine(t, s, letters(got, errors.New("no paper")))
	redistest.Eval[any](t, c, `Mail::LetterJob.perform_later`+letterRuby+`; nil`)
	wantLetter(t, told(t, got))
	until(t, "it waits to be tried again", func() bool { return redistest.Ask[int64](t, db, "ZCARD", "retry") == 1 })
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := c.Web().Get(t.Context(), "/retries")
	if err != nil || page.Status != 200 {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, want := range []string{"Mail::LetterJob", "no paper"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page of retries does not show %q", want)
		}
	}
	redistest.Eval[any](t, c, `Sidekiq::RetrySet.new.first.retry`)
	app.Sidekiq(t)
	want := `[["Symbol :sym","Date Fri, 02 Jan 2026","Time 2026-01-02T03:04:05.5Z","ActiveSupport::TimeWithZone 2026-07-01T10:00:00.0Z","ActiveSupport::Duration 90 seconds","Order 7",` +
		`"Hash {\"size\"=>12345678901234567, \"Inner\"=>{\"a\"=>[:b, :c]}}","NilClass nil"],"{:force=>true, :since=>Wed, 04 Mar 2026, :list=>[1, {:deep=>:x}]}",1,"default"]`
	if got := performed(t, db); got != want {
		t.Errorf("Rails performed it with\n%s, want\n%s", got, want)
	}
}

// performed waits for what perform of a class in Rails tells.
func performed(t *testing.T, db *redistest.DB) string {
	t.Helper()
	got := redistest.Ask[[]string](t, db, "BLPOP", "performed", "30")
	if len(got) != 2 {
		t.Fatal("Rails performs nothing")
	}
	return got[1]
}

func TestRailsPerformsWhatGoEnqueuesAtOnceAndLater(t *testing.T) {
	app, c, s, db := railsApp(t, redistest.EagerPolling)
	class := sidekiq.NewActiveJob[[]any]("Mail::LetterJob", tasuki.Queue("low"))
	now := class.Job([]any{sidekiq.Symbol("sym"), sidekiq.GlobalID("gid://shop/Order/7"), map[string]any{"a": 1.0}, sidekiq.Keywords{"force": true}})
	later := class.Job([]any{"later"}, tasuki.Delay(time.Second))
	enqueue(t, s, now, later)
	for path, want := range map[string]string{"/queues/low": "Mail::LetterJob", "/scheduled": "Mail::LetterJob"} {
		if page, err := c.Web().Get(t.Context(), path); err != nil || page.Status != 200 || !strings.Contains(page.Body, want) {
			t.Errorf("page %s does not show %s: %v", path, want, err)
		}
	}
	app.Flags = []string{"-q", "low"}
	app.Sidekiq(t)
	got := []string{performed(t, db), performed(t, db)} // the second is due by now, and may come first
	slices.Sort(got)
	want := []string{`[["String \"later\""],"{}",1,"low"]`, `[["Symbol :sym","Order 7","Hash {\"a\"=>1.0}"],"{:force=>true}",1,"low"]`}
	if !slices.Equal(got, want) {
		t.Errorf("Rails performed %q, want %q", got, want)
	}
}

func TestAnActiveJobOfGosThatFailsInRailsIsTriedAgainAsOftenAsGoSaid(t *testing.T) {
	app, c, s, db := railsApp(t, redistest.EagerPolling)
	class := sidekiq.NewActiveJob[sidekiq.Keywords]("Mail::LetterJob", tasuki.MaxAttempts(4), tasuki.Tags("post"))
	enqueue(t, s, class.Job(sidekiq.Keywords{"fail": true}))
	app.Sidekiq(t)
	until(t, "it waits to be tried again", func() bool { return redistest.Ask[int64](t, db, "ZCARD", "retry") == 1 })
	got := redistest.Eval[[]any](t, c, `j = Sidekiq::RetrySet.new.first; [j["retry"], j["retry_count"], j["error_class"], j["error_message"], j.display_class, j["tags"]]`)
	if want := `[3 0 ArgumentError not today Mail::LetterJob [post]]`; fmt.Sprint(got) != want {
		t.Errorf("the retry is %v, want %s", got, want)
	}
}

func TestWhatRailsRetriesByItselfOfGosJobsCountsExecutions(t *testing.T) {
	app, _, s, db := railsApp(t, redistest.EagerPolling)
	enqueue(t, s, sidekiq.NewActiveJob[sidekiq.Keywords]("Mail::AgainJob").Job(sidekiq.Keywords{"fail": true}))
	app.Sidekiq(t)
	if got, want := performed(t, db), `[[],"not today",2,"default"]`; got != want {
		t.Errorf("Rails gave it up with %s, want %s", got, want)
	}
}

// TestAnActiveJobOfEitherWrapperIsOneOfItsClass: the second is that of Sidekiq 8 and Active
// Job 7.1.
func TestAnActiveJobOfEitherWrapperIsOneOfItsClass(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for _, text := range []string{
		`{"retry":true,"queue":"default","class":"ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper","wrapped":"MyAJ","args":[{"job_class":"MyAJ","job_id":"80d9c0df-1","provider_job_id":null,"queue_name":"default","priority":null,"arguments":["later"],"executions":0,"exception_executions":{},"locale":"en","timezone":null,"enqueued_at":"2026-11-21T19:09:45Z"}],"jid":"acf74f3ed629c811f8023a9f","created_at":1795288185.038466,"enqueued_at":1795288185.038603}`,
		`{"retry":true,"queue":"default","wrapped":"MyAJ","args":[{"job_class":"MyAJ","job_id":"0c98f528-85f9-4cd7-9b41-739a5d2e480b","provider_job_id":null,"queue_name":"low","priority":5,"arguments":["later"],"executions":0,"exception_executions":{},"locale":"en","timezone":null,"enqueued_at":"2026-11-21T19:10:23.928003280Z","scheduled_at":"2026-11-21T20:10:23.927824802Z"}],"class":"Sidekiq::ActiveJob::Wrapper","jid":"2a40b52800e27e85f53039d2","created_at":1795288223928}`,
	} {
		redistest.Ask[int64](t, db, "LPUSH", "queue:default", text)
		job := w.claim("MyAJ")
		if string(job.Args) != `["later"]` {
			t.Errorf("claimed %s with %s", job.Kind, job.Args)
		}
		w.settle(store.Outcome{Claim: held(job), Verb: store.HandOver})
		if got, want := kept(t, only(t, db)), kept(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("handed over as\n%v, was\n%v", got, want)
		}
		redistest.Ask[int64](t, db, "DEL", "queue:default")
	}
}

func TestTheWebShowsAnActiveJobInGoByItsClass(t *testing.T) {
	_, c, s, _ := railsApp(t, "")
	w := worker(t, s)
	redistest.Eval[any](t, c, `Mail::LetterJob.perform_later("visible"); nil`)
	job := w.claim("Mail::LetterJob")
	w.beat(held(job))
	wantOn := func(path string) {
		t.Helper()
		page, err := c.Web().Get(t.Context(), path)
		if err != nil || page.Status != 200 || !strings.Contains(page.Body, "Mail::LetterJob") || !strings.Contains(page.Body, "visible") {
			t.Errorf("page %s does not show it: %v", path, err)
		}
	}
	wantOn("/busy")
	w.settle(store.Outcome{Claim: held(job), Verb: store.Bury, Failure: &store.Failure{Class: "E", Message: "m"}})
	wantOn("/morgue")
}

// TestArgumentsOfAnActiveJobThatDoNotFitAreSaidOnTheJob: to whoever looks at it in Ruby.
func TestArgumentsOfAnActiveJobThatDoNotFitAreSaidOnTheJob(t *testing.T) {
	_, c, s, db := railsApp(t, "")
	engine(t, s, letters(make(chan letterArgs, 1), nil))
	redistest.Eval[any](t, c, `Mail::LetterJob.perform_later(:sym, "no date", 1, 2, 3, 4, 5, 6, 7); nil`)
	until(t, "it has failed", func() bool { return redistest.Ask[int64](t, db, "ZCARD", "retry") == 1 })
	got := redistest.Eval[string](t, c, `Sidekiq::RetrySet.new.first["error_message"]`)
	for _, want := range []string{"argument 2 (Day sidekiq.Date)", `String "no date"`, `kind "Mail::LetterJob"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q: %s", want, got)
		}
	}
}

// TestAnActiveJobThatGoEnqueuesByEitherWrapperIsNamedByItsClass: as Rails' adapter does it.
func TestAnActiveJobThatGoEnqueuesByEitherWrapperIsNamedByItsClass(t *testing.T) {
	for _, class := range []string{sidekiq.Wrapper, "Sidekiq::ActiveJob::Wrapper"} {
		c, s, db := ruby(t, "")
		enqueue(t, s, store.Job{ID: "a", Kind: class, Args: []byte(`[{"job_class":"MyAJ","arguments":["visible"]}]`)})
		if got := fields(t, only(t, db)); got["class"] != class || got["wrapped"] != "MyAJ" {
			t.Errorf("Go writes %v", got)
		}
		if got := redistest.Eval[string](t, c, `Sidekiq::Queue.new.first["wrapped"]`); got != "MyAJ" {
			t.Errorf("Ruby reads %q", got)
		}
		if job := worker(t, s).claim("MyAJ"); string(job.Args) != `["visible"]` {
			t.Errorf("Go itself reads %s", job.Args)
		}
		s.Close()
	}
}
