package redis

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// pushOdd is Ruby that pushes a job whose arguments are args[0], with fields that tasuki
// does not know and values whose spelling differs between languages.
const pushOdd = `Sidekiq::Client.push({"class" => "GoJob", "args" => JSON.parse(args[0]), "cattr" => {"user" => 7.0, "<&>" => "` + "\u2028" + `é"},
	"locale" => "de", "bid" => "b-1", "n" => [1.0, 1e20, 12345678901234567890, 1e-7, 0.1, -0.0], "s" => "<&> ` + "\u2028" + ` é \" \\ / \n \u0001", "none" => nil})`

// written are fields that the end of a run may change.
var written = []string{"enqueued_at", "retry_count", "failed_at", "error_class", "error_message", "error_backtrace", ownField, whyField}

// kept are the fields of a payload that stay as they are.
func kept(t *testing.T, text string) map[string]string {
	t.Helper()
	p, err := wire.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	all := maps.Collect(p.Fields())
	maps.DeleteFunc(all, func(name, _ string) bool { return slices.Contains(written, name) })
	return all
}

// only is the one job that a database has.
func only(t *testing.T, db *redistest.DB) string {
	t.Helper()
	all := redistest.Ask[[]string](t, db, "LRANGE", "queue:default", "0", "-1")
	for _, set := range []string{"retry", "schedule", "dead"} {
		all = append(all, redistest.Ask[[]string](t, db, "ZRANGE", set, "0", "-1")...)
	}
	if len(all) != 1 {
		t.Fatalf("there are %d jobs: %q", len(all), all)
	}
	return all[0]
}

// fates are how a run in Go ends with a job that goes on, and what a person does with it
// in Ruby then.
var fates = map[string]struct {
	outcome store.Outcome
	ruby    string
}{
	"a retry":             {store.Outcome{Verb: store.Fail, Delay: time.Hour}, `Sidekiq::RetrySet.new.first.reschedule(Time.now + 60)`},
	"a retry at once":     {store.Outcome{Verb: store.Fail}, ``},
	"a retry from Ruby":   {store.Outcome{Verb: store.Fail, Delay: time.Hour}, `Sidekiq::RetrySet.new.first.add_to_queue`},
	"a reschedule":        {store.Outcome{Verb: store.Snooze, Delay: time.Hour}, `Sidekiq::ScheduledSet.new.first.reschedule(Time.now + 60)`},
	"an interruption":     {store.Outcome{Verb: store.HandOver}, ``},
	"the end of a slice":  {store.Outcome{Verb: store.HandOver, Back: true}, ``},
	"a death":             {store.Outcome{Verb: store.Bury, Why: "poison"}, ``},
	"a death and a retry": {store.Outcome{Verb: store.Bury}, `Sidekiq::DeadSet.new.first.add_to_queue`},
}

func TestFieldsOfRubysKeepEveryByte(t *testing.T) {
	for name, fate := range fates {
		t.Run(name, func(t *testing.T) {
			c, s, db := ruby(t, "")
			redistest.Eval[string](t, c, pushOdd, oddArgs)
			before := only(t, db)
			w := worker(t, s)
			o := fate.outcome
			o.Claim, o.Failure = held(w.claim("GoJob")), &store.Failure{Class: "E", Message: "m <b>", Stack: "a.go:1"}
			w.settle(o)
			after := only(t, db)
			if got, want := kept(t, after), kept(t, before); !maps.Equal(got, want) {
				t.Errorf("behind the run\n%v, was\n%v", got, want)
			}
			if fate.ruby == "" {
				return
			}
			redistest.Eval[any](t, c, fate.ruby)
			if got, want := kept(t, only(t, db)), kept(t, after); !maps.Equal(got, want) {
				t.Errorf("behind Ruby's move\n%v, was\n%v", got, want)
			}
		})
	}
}

func TestFieldsOfRubysKeepEveryByteWhenTheirWorkerDies(t *testing.T) {
	c, s, db := ruby(t, "")
	redistest.Eval[string](t, c, pushOdd, oddArgs)
	before := only(t, db)
	w := worker(t, s)
	w.claim("GoJob")
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone"}); err != nil || len(r.Jobs) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if got, want := kept(t, only(t, db)), kept(t, before); !maps.Equal(got, want) {
		t.Errorf("behind the release\n%v, was\n%v", got, want)
	}
}

func TestRubyRunsAJobThatGoFailedWithTheSameArguments(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Code: `
class GoJob
  include Sidekiq::Worker
  def perform(*args) = Sidekiq.redis { |c| c.rpush("ran", JSON.generate(args)) }
end
`}
	c, s := app.Client(t), open(t, db)
	redistest.Eval[string](t, c, pushOdd, oddArgs)
	w := worker(t, s)
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Delay: time.Hour, Failure: &store.Failure{Class: "E"}})
	redistest.Eval[any](t, c, `Sidekiq::RetrySet.new.first.retry`)
	app.Sidekiq(t)
	if got := redistest.Ask[[]string](t, db, "BLPOP", "ran", "20"); len(got) != 2 || got[1] != oddArgs {
		t.Errorf("Ruby ran it with %q, want %s", got, oddArgs)
	}
}
