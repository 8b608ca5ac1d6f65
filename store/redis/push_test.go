package redis

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// pushed are the writes to Sidekiq's keys of a database since the monitor was asked last,
// with the payloads apart.
func pushed(t *testing.T, m *redistest.Monitor, db *redistest.DB) (commands, payloads []string) {
	t.Helper()
	all, err := m.Commands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		name := strings.ToLower(c.Args[0])
		if c.DB != db.Number || !slices.Contains([]string{"sadd", "lpush", "rpush", "zadd"}, name) || strings.HasPrefix(c.Args[1], "tasuki:") {
			continue
		}
		rest := c.Args[2:]
		switch name {
		case "lpush", "rpush":
			payloads, rest = append(payloads, rest...), nil
		case "zadd":
			payloads, rest = append(payloads, rest[1]), rest[:0]
		}
		commands = append(commands, strings.Join(append([]string{name, c.Args[1]}, rest...), " "))
	}
	slices.Sort(commands)
	return commands, payloads
}

// kindOfJSON is what a JSON value is.
func kindOfJSON(raw string) string {
	switch c := raw[0]; {
	case c == '"', c == '[', c == '{':
		return string(c)
	case c == '-' || c >= '0' && c <= '9':
		if strings.ContainsAny(raw, ".eE") {
			return "float"
		}
		return "integer"
	}
	return raw
}

// fieldsOf are the fields of a payload, with values only where two pushes have the same.
func fieldsOf(t *testing.T, text string) map[string]string {
	t.Helper()
	p, err := wire.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	all := maps.Collect(p.Fields())
	for _, own := range []string{"jid", "created_at", "enqueued_at"} {
		if raw, is := all[own]; is {
			all[own] = "a " + kindOfJSON(raw)
		}
	}
	return all
}

// TestGoPushesAsRubyDoes: the same commands to Sidekiq's keys, with the same fields.
func TestGoPushesAsRubyDoes(t *testing.T) {
	c, s, db := ruby(t, "")
	m := db.Server.Monitor(t)
	args := json.RawMessage(`[1,"two",{"k":[1.5,null,true]}]`)
	for name, push := range map[string]struct {
		ruby string
		job  Push
	}{
		"at once":                           {`"queue" => "go"`, Push{Job: store.Job{Queue: "go"}}},
		"with tags and a number of retries": {`"tags" => ["alpha", "é"], "retry" => 3`, Push{Job: store.Job{Tags: []string{"alpha", "é"}, MaxAttempts: 4}}},
		"later":                             {`"at" => Time.now.to_f + 3600`, Push{Job: store.Job{Delay: time.Hour}}},
		"with the options of its class": {`"retry" => false, "retry_for" => 3600, "retry_queue" => "low", "dead" => false, "backtrace" => 20, "locale" => "de", "cattr" => {"user" => 7.0}`,
			Push{NoRetry: true, RetryFor: time.Hour, RetryQueue: "low", NotDead: true, Backtrace: 20, Fields: map[string]json.RawMessage{"locale": json.RawMessage(`"de"`), "cattr": json.RawMessage(`{"user":7.0}`)}}},
		"with a whole backtrace and no retry": {`"retry" => 0, "backtrace" => true`, Push{Job: store.Job{MaxAttempts: 1}, Backtrace: -1}},
	} {
		pushed(t, m, db)
		redistest.Eval[string](t, c, `Sidekiq::Client.push({"class" => "HardJob", "args" => [1, "two", {"k" => [1.5, nil, true]}], `+push.ruby+`})`)
		want, wantText := pushed(t, m, db)
		push.job.ID, push.job.Kind, push.job.Args = store.NewID(), "HardJob", args
		if _, err := s.Push(t.Context(), push.job); err != nil {
			t.Fatal(err)
		}
		got, gotText := pushed(t, m, db)
		if !slices.Equal(got, want) || len(gotText) != 1 || len(wantText) != 1 {
			t.Fatalf("%s: Go does %q, Ruby %q", name, got, want)
		}
		if got, want := fieldsOf(t, gotText[0]), fieldsOf(t, wantText[0]); !maps.Equal(got, want) {
			t.Errorf("%s: Go writes %v\nRuby writes %v", name, got, want)
		}
	}
}

func TestEnqueueWritesWhatPushDoesWithoutOptions(t *testing.T) {
	_, s, db := ruby(t, "")
	m := db.Server.Monitor(t)
	job := store.Job{Kind: "HardJob", Args: json.RawMessage(`[1]`)}
	job.ID = store.NewID()
	enqueue(t, s, job)
	want, wantText := pushed(t, m, db)
	job.ID = store.NewID()
	if _, err := s.Push(t.Context(), Push{Job: job}); err != nil {
		t.Fatal(err)
	}
	got, gotText := pushed(t, m, db)
	if !slices.Equal(got, want) || !maps.Equal(fieldsOf(t, gotText[0]), fieldsOf(t, wantText[0])) {
		t.Errorf("Push does %q %q, Enqueue %q %q", got, gotText, want, wantText)
	}
}

func TestAScheduledJobHasItsTimeAsScoreAlone(t *testing.T) {
	c, s, db := ruby(t, "")
	enqueue(t, s, store.Job{ID: "a", Kind: "HardJob", Args: json.RawMessage(`[1]`), Delay: time.Hour})
	got := redistest.Ask[[]string](t, db, "ZRANGE", "schedule", "0", "-1", "WITHSCORES")
	if len(got) != 2 || !strings.Contains(got[1], ".") {
		t.Fatalf("the schedule has %q", got)
	}
	for _, field := range []string{"at", "enqueued_at"} {
		if _, has := fieldsOf(t, got[0])[field]; has {
			t.Errorf("the payload has %s: %s", field, got[0])
		}
	}
	if in := redistest.Eval[float64](t, c, `Sidekiq::ScheduledSet.new.first.at - Time.now`); in < 3590 || in > 3600 {
		t.Errorf("Ruby would run it in %v s", in)
	}
	page, err := c.Web().Get(t.Context(), "/scheduled")
	if err != nil || page.Status != 200 || !strings.Contains(page.Body, "HardJob") {
		t.Errorf("its page: %+v, %v", page, err)
	}
}

func TestATimeThatIsOverIsAtOnce(t *testing.T) {
	_, s, db := ruby(t, "")
	enqueue(t, s, store.Job{ID: "a", Kind: "HardJob", Delay: -time.Second})
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default"); n != 1 {
		t.Errorf("%d jobs are in the queue", n)
	}
}

func TestRubyTakesManyJobsInTheOrderInWhichGoGaveThem(t *testing.T) {
	c, s, _ := ruby(t, "")
	jobs := make([]store.Job, 2500)
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: "HardJob", Args: fmt.Appendf(nil, "[%d]", i)}
	}
	enqueue(t, s, jobs...)
	got := redistest.Eval[[]int](t, c, `Sidekiq.redis { |c| Array.new(2500) { JSON.parse(c.brpop("queue:default", timeout: 1)[1])["args"][0] } }`)
	if !slices.IsSorted(got) || len(got) != 2500 || got[2499] != 2499 {
		t.Errorf("Ruby takes %d jobs, not in order", len(got))
	}
}

func TestWhatRubysClientRefusesGoRefuses(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	field := func(name, value string) map[string]json.RawMessage {
		return map[string]json.RawMessage{name: json.RawMessage(value)}
	}
	job := store.Job{ID: "a", Kind: "HardJob", Args: json.RawMessage(`[1]`)}
	with := func(change func(*Push)) Push {
		p := Push{Job: job}
		change(&p)
		return p
	}
	for want, p := range map[string]Push{
		"Kind must":           with(func(p *Push) { p.Kind = "" }),
		"control characters":  with(func(p *Push) { p.Kind = "Hard\nJob" }),
		"Queue must":          with(func(p *Push) { p.Queue = "a\x00" }),
		"Args are not valid":  with(func(p *Push) { p.Args = json.RawMessage(`[1`) }),
		"none empty":          with(func(p *Push) { p.Tags = []string{""} }),
		"MaxAttempts is neg":  with(func(p *Push) { p.MaxAttempts = -1 }),
		"NoRetry is set":      with(func(p *Push) { p.NoRetry, p.MaxAttempts = true, 3 }),
		"RetryFor is 277777h": with(func(p *Push) { p.RetryFor = (1e9 + 1) * time.Second }),
		"RetryFor is -1s":     with(func(p *Push) { p.RetryFor = -time.Second }),
		"RetryFor is 1.5s":    with(func(p *Push) { p.RetryFor = 1500 * time.Millisecond }),
		"RetryQueue must":     with(func(p *Push) { p.RetryQueue = "\n" }),
		`Fields has "at"`:     with(func(p *Push) { p.Fields = field("at", `"soon"`) }),
		`Fields has "tags"`:   with(func(p *Push) { p.Fields = field("tags", `"a"`) }),
		`Fields has "args"`:   with(func(p *Push) { p.Fields = field("args", `{}`) }),
		`Fields has "queue"`:  with(func(p *Push) { p.Fields = field("queue", `""`) }),
		`Fields has "tasuki"`: with(func(p *Push) { p.Fields = field("tasuki", `{}`) }),
		`Fields has ""`:       with(func(p *Push) { p.Fields = field("", `1`) }),
		`Fields["locale"]`:    with(func(p *Push) { p.Fields = field("locale", `de`) }),
		"the payload has":     with(func(p *Push) { p.Fields = field("big", `"`+strings.Repeat("x", maxRuby)+`"`) }),
	} {
		_, err := s.Push(t.Context(), Push{Job: store.Job{ID: "good", Kind: "HardJob"}}, p)
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "hint") {
			t.Errorf("%s: %v", want, err)
		}
	}
	if stats, err := s.Stats(t.Context()); err != nil || len(stats.Queues) != 0 {
		t.Errorf("something was enqueued: %+v, %v", stats, err)
	}
	if _, err := s.Push(t.Context(), with(func(p *Push) { p.RetryFor = 1e9 * time.Second })); err != nil {
		t.Errorf("the longest retry_for: %v", err)
	}
}

func TestAJobWithoutAQueueIsInTheDefaultOne(t *testing.T) {
	_, s, db := ruby(t, "")
	enqueue(t, s, store.Job{ID: "a", Kind: "HardJob"})
	if text := redistest.Ask[[]string](t, db, "LRANGE", "queue:default", "0", "-1"); len(text) != 1 || fieldsOf(t, text[0])["queue"] != `"default"` {
		t.Errorf("the queue has %q", text)
	}
}

func TestEveryRetryThatRubyWritesIsANumberOfAttempts(t *testing.T) {
	c, s, _ := ruby(t, "")
	w := worker(t, s)
	for option, want := range map[string]int{`"retry" => true`: 0, `"retry" => nil`: 0, `"retry" => false`: 1, `"retry" => 0`: 1, `"retry" => 1`: 2, `"retry" => 30`: 31,
		`"retry" => false, "retry_for" => 60`: 1, `"retry" => 0, "retry_for" => 60`: math.MaxInt32} {
		redistest.Eval[string](t, c, `Sidekiq::Client.push({"class" => "GoJob", "args" => [], `+option+`})`)
		job := w.claim("GoJob")
		if job.MaxAttempts != want {
			t.Errorf("%s: %d attempts, want %d", option, job.MaxAttempts, want)
		}
		w.settle(store.Outcome{Claim: held(job), Verb: store.Finish})
	}
}
