package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// A failed is a job that waits to be tried again: its payload, and the score.
type failed struct {
	text   string
	score  float64
	fields map[string]any
}

// failures are what a job that fails always was after each of its failures; the last one
// is the dead one. Between them it is due at once.
func failures(t *testing.T, db *redistest.DB, jid string) []failed {
	t.Helper()
	var all []failed
	find := func(set string) bool {
		for pair := range slices.Chunk(redistest.Ask[[]string](t, db, "ZRANGE", set, 0, -1, "WITHSCORES"), 2) {
			f := failed{text: pair[0], fields: fields(t, pair[0])}
			f.score, _ = strconv.ParseFloat(pair[1], 64)
			n, _ := f.fields["retry_count"].(float64)
			if f.fields["jid"] == jid && (set == "dead" || int(n) == len(all)) {
				all = append(all, f)
				return true
			}
		}
		return false
	}
	for {
		dead := false
		until(t, jid+" fails", func() bool {
			dead = find("dead")
			return dead || find("retry")
		})
		if dead {
			return all
		}
		redistest.Ask[int64](t, db, "ZADD", "retry", "XX", "1", all[len(all)-1].text)
	}
}

const failingJob = `
class FailJob
  include Sidekiq::Worker
  sidekiq_options retry: 2, queue: "ruby", backtrace: 3, retry_queue: "again", tags: ["t"]
  def perform(*) = raise(ArgumentError, "no <b>é")
end
`

// TestAJobThatFailsInGoIsWrittenAsOneThatFailsInRuby: after each failure, and dead.
func TestAJobThatFailsInGoIsWrittenAsOneThatFailsInRuby(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Code: redistest.EagerPolling + failingJob, Flags: []string{"-c", "1", "-q", "ruby", "-q", "again"}}
	app.Sidekiq(t)
	c, s := app.Client(t), open(t, db)
	rubys := failures(t, db, redistest.Eval[string](t, c, "FailJob.perform_async(1)"))

	var runs atomic.Int32
	w, err := tasuki.New(s, tasuki.Config{Queues: []tasuki.WeightedQueue{{Name: "go"}, {Name: "next"}}, Logger: slog.New(slog.DiscardHandler), Handlers: []tasuki.Handler{
		tasuki.NewKind[int]("GoJob", tasuki.Positional()).Do(func(context.Context, int) error {
			runs.Add(1)
			panic("no <b>é") // so that there is a backtrace
		})}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.WithoutCancel(t.Context())) })
	gos := failures(t, db, redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [1], "queue" => "go", "retry" => 2, "backtrace" => 3, "retry_queue" => "next", "tags" => ["t"])`))

	if len(rubys) != 3 || len(gos) != 3 || runs.Load() != 3 {
		t.Fatalf("Ruby's failed %d times, Go's %d times in %d runs; want 3", len(rubys), len(gos), runs.Load())
	}
	for i := range gos {
		r, g := rubys[i].fields, gos[i].fields
		for _, own := range []string{ownField, whyField} {
			delete(g, own)
		}
		if rs, gs := slices.Sorted(maps.Keys(r)), slices.Sorted(maps.Keys(g)); !slices.Equal(rs, gs) {
			t.Errorf("failure %d: Ruby writes %q, Go %q", i, rs, gs)
		}
		for name := range r {
			if fmt.Sprintf("%T", r[name]) != fmt.Sprintf("%T", g[name]) {
				t.Errorf("failure %d: %s is %#v of Ruby, %#v of Go", i, name, r[name], g[name])
			}
		}
		for _, name := range []string{"retry_count", "retry", "backtrace", "tags", "args"} {
			if got, want := fmt.Sprint(g[name]), fmt.Sprint(r[name]); got != want {
				t.Errorf("failure %d: %s is %s, want %s", i, name, got, want)
			}
		}
		if g["error_class"] != "panic" || !strings.Contains(g["error_message"].(string), "no <b>é") || g["queue"] != "next" || g["failed_at"] != gos[0].fields["failed_at"] {
			t.Errorf("failure %d: %v", i, g)
		}
		if _, again := g["retried_at"]; again != (i > 0) {
			t.Errorf("failure %d: retried_at is %v", i, g["retried_at"])
		}
		lines := redistest.Eval[[]string](t, c, `Sidekiq::JobRecord.new(args[0]).error_backtrace`, gos[i].text)
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "failure_test.go") }) {
			t.Errorf("failure %d: Ruby reads the backtrace %q", i, lines)
		}
	}
	// 15 s and the fourth power of how often it failed before, and some by chance.
	for i, limits := range [][2]float64{{15, 25}, {16, 36}} {
		at := gos[i].fields["failed_at"]
		if i > 0 {
			at = gos[i].fields["retried_at"]
		}
		if wait := gos[i].score - at.(float64); wait < limits[0] || wait > limits[1] {
			t.Errorf("after failure %d it waits for %v s, want %v", i, wait, limits)
		}
	}
}

// TestWithoutRetriesAJobOfRubysEndsInGoAsInRuby: dead at once, or gone.
func TestWithoutRetriesAJobOfRubysEndsInGoAsInRuby(t *testing.T) {
	for _, c := range []struct {
		option string
		dead   int64
	}{{`"retry" => 0`, 1}, {`"retry" => false`, 0}, {`"retry" => 0, "dead" => false`, 0}} {
		client, s, db := ruby(t, "")
		engine(t, s, tasuki.NewKind[int]("GoJob", tasuki.Positional()).Do(func(context.Context, int) error { return errors.New("no paper") }))
		redistest.Eval[any](t, client, `Sidekiq::Client.push("class" => "GoJob", "args" => [1], `+c.option+`)`)
		until(t, "it failed", func() bool { return redistest.Ask[string](t, db, "GET", "stat:failed") == "1" })
		if retry, dead := redistest.Ask[int64](t, db, "ZCARD", "retry"), redistest.Ask[int64](t, db, "ZCARD", "dead"); retry != 0 || dead != c.dead {
			t.Errorf("%s: %d wait, %d are dead, want %d", c.option, retry, dead, c.dead)
		} else if dead == 1 {
			if got := inSet(t, db, "dead"); got["retry_count"] != 0.0 || got["retry"] != 0.0 || got["error_message"] != "no paper" {
				t.Errorf("%s: dead is %v", c.option, got)
			}
		}
	}
}

// TestRetryForEndsAJobByTimeAndNotByCount: as Sidekiq does from 8.1 on.
func TestRetryForEndsAJobByTimeAndNotByCount(t *testing.T) {
	for _, c := range []struct {
		failedAgo, count string
		dead             int64
	}{{"1800", "99", 0}, {"7200", "0", 1}} {
		client, s, db := ruby(t, "")
		redistest.Eval[any](t, client, `Sidekiq::Client.push("class" => "GoJob", "args" => [1], "retry" => 3, "retry_for" => 3600, "retry_count" => `+c.count+`, "failed_at" => Time.now.to_f - `+c.failedAgo+`)`)
		engine(t, s, tasuki.NewKind[int]("GoJob", tasuki.Positional()).Do(func(context.Context, int) error { return errors.New("no paper") }))
		until(t, "it failed", func() bool { return redistest.Ask[string](t, db, "GET", "stat:failed") == "1" })
		if dead := redistest.Ask[int64](t, db, "ZCARD", "dead"); dead != c.dead {
			t.Errorf("failed first %s s ago, %s times in all: %d are dead, want %d", c.failedAgo, c.count, dead, c.dead)
		}
	}
}

func TestALongErrorIsCutAndScrubbedForRuby(t *testing.T) {
	c, s, _ := ruby(t, "")
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Bury, Failure: &store.Failure{Class: "E", Message: strings.Repeat("é\xff", 20_000)}})
	got := redistest.Eval[[]any](t, c, `m = Sidekiq::DeadSet.new.first["error_message"]; [m.length, m.bytesize, m.valid_encoding?, m[0, 2]]`)
	if n := got[0].(float64); n < 3000 || n > 10_000 || got[1].(float64) > 10_000 || got[2] != true || got[3] != "é\uFFFD" {
		t.Errorf("Ruby reads %v", got)
	}
}
