package redis

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

// importArgs is perform(id, name, opts, note = nil, *tags).
type importArgs struct {
	ID   int64
	Name string
	Opts map[string]any
	Note *string  `args:"optional"`
	Tags []string `args:"rest"`
}

var imports = tasuki.NewKind[importArgs]("ImportJob", tasuki.Positional(), tasuki.Backoff(func(int) time.Duration { return time.Hour }))

const importRuby = `
class ImportJob
  include Sidekiq::Worker
  def perform(id, name, opts, note = nil, *tags) = Sidekiq.redis { |c| c.rpush("ran", JSON.generate([id, name, opts, note, tags])) }
end
`

func TestAHandlerInGoIsGivenWhatRubyPassedToPerformAsItsTypes(t *testing.T) {
	c, s, _ := ruby(t, importRuby)
	got := make(chan importArgs, 1)
	engine(t, s, imports.Do(func(_ context.Context, args importArgs) error { got <- args; return nil }))
	note := "n"
	for call, want := range map[string]importArgs{
		`ImportJob.perform_async(2**62, "é", {"force" => true, "rate" => 0.5})`:    {ID: 1 << 62, Name: "é", Opts: map[string]any{"force": true, "rate": 0.5}},
		`ImportJob.perform_async(1, "", {}, "n", "a", "b")`:                        {ID: 1, Opts: map[string]any{}, Note: &note, Tags: []string{"a", "b"}},
		`ImportJob.set(queue: "default").perform_in(0.1, 2, "later", {"x" => []})`: {ID: 2, Name: "later", Opts: map[string]any{"x": []any{}}},
	} {
		redistest.Eval[string](t, c, call)
		if args := told(t, got); !reflect.DeepEqual(args, want) {
			t.Errorf("%s: Go got %+v, want %+v", call, args, want)
		}
	}
}

func TestPerformInRubyIsGivenWhatGoPassed(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s, note := open(t, db), "n"
	enqueue(t, s, imports.Job(importArgs{ID: 1 << 62, Name: "<é>", Opts: map[string]any{"rate": 0.5}}),
		imports.Job(importArgs{ID: 2, Opts: map[string]any{}, Note: &note, Tags: []string{"a", "b"}}))
	redistest.App{URL: db.URL(), Code: importRuby, Flags: []string{"-c", "1"}}.Sidekiq(t)
	for _, want := range []string{`[4611686018427387904,"<é>",{"rate":0.5},null,[]]`, `[2,"",{},"n",["a","b"]]`} {
		if got := redistest.Ask[[]string](t, db, "BLPOP", "ran", "20"); len(got) != 2 || got[1] != want {
			t.Errorf("Ruby got %q, want %s", got, want)
		}
	}
}

func TestArgumentsThatDoNotFitAreSaidOnTheJobInRuby(t *testing.T) {
	for args, want := range map[string][]string{
		`7, "n"`:                  {"wrong number of arguments (given 2, expected 3+)", `[7,"n"]`, "(ID int64, Name string, Opts map[string]any, optional Note *string, Tags ...string)"},
		`"7", "n", {}`:            {"argument 1 (ID int64)", `String "7"`},
		`7, 42, {}`:               {"argument 2 (Name string)", "Integer 42"},
		`7, "n", [1]`:             {"argument 3 (Opts map[string]any)", "Array [1]"},
		`7, "n", {}, 1.5`:         {"argument 4 (Note *string)", "Float 1.5"},
		`7, "n", {}, nil, "a", 5`: {"argument 6 (Tags string)", "Integer 5"},
		`nil, "n", {}`:            {"argument 1 (ID int64) cannot be nil"},
		`7.0, "n", {}`:            {"argument 1 (ID int64)", "Float 7.0"},
	} {
		c, s, db := ruby(t, importRuby)
		w := engine(t, s, imports.Do(func(context.Context, importArgs) error { t.Errorf("perform(%s) was run", args); return nil }))
		redistest.Eval[string](t, c, `ImportJob.perform_async(`+args+`)`)
		until(t, "it has failed", func() bool { return redistest.Ask[int64](t, db, "ZCARD", "retry") == 1 })
		got := redistest.Eval[string](t, c, `Sidekiq::RetrySet.new.first["error_message"]`)
		for _, want := range append(want, `kind "ImportJob"`) {
			if !strings.Contains(got, want) {
				t.Errorf("perform(%s): the message lacks %q: %s", args, want, got)
			}
		}
		w.Stop(t.Context())
	}
}
