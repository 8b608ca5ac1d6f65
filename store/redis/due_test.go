package redis

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// lookElsewhere lets a worker claim from a queue that has nothing, with which it also
// brings what became due.
func lookElsewhere(t *testing.T, s *Store, w *byHand) {
	t.Helper()
	r, err := s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Queues: []store.QueueWant{{Name: "elsewhere"}}, Kinds: []string{"GoJob"}})
	if err != nil || len(r.Jobs) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestWhatRubyScheduledEntersItsQueueThroughGoWithEveryByte: where nothing of Ruby's looks.
func TestWhatRubyScheduledEntersItsQueueThroughGoWithEveryByte(t *testing.T) {
	for unit, want := range map[Timestamps]*regexp.Regexp{TimestampsSeconds: inSeconds, TimestampsMillis: inMillis} {
		c, _, db := ruby(t, "")
		s := openWith(t, db, Options{Timestamps: unit})
		redistest.Eval[string](t, c, strings.Replace(pushOdd, `"none" => nil`, `"none" => nil, "at" => Time.now.to_f + 3600`, 1), oddArgs)
		before, w := only(t, db), worker(t, s)
		lookElsewhere(t, s, w)
		if n := redistest.Ask[int64](t, db, "ZCARD", "schedule"); n != 1 {
			t.Fatal("it came an hour too early")
		}
		s.ahead.Add(time.Hour.Microseconds())
		lookElsewhere(t, s, w)
		text := redistest.Ask[[]string](t, db, "LRANGE", "queue:default", 0, -1)
		if len(text) != 1 || redistest.Ask[int64](t, db, "EXISTS", "schedule") != 0 {
			t.Fatalf("the queue has %q", text)
		}
		if got, want := kept(t, text[0]), kept(t, before); !maps.Equal(got, want) {
			t.Errorf("in the queue\n%v, was\n%v", got, want)
		}
		if _, at, _ := strings.Cut(text[0], `"enqueued_at":`); !want.MatchString(strings.TrimSuffix(at, "}")) {
			t.Errorf("in %s enqueued_at is %s", unit, at)
		}
		if names := queueNames(t, c); len(names) != 1 || names[0] != "default" {
			t.Errorf("Ruby knows the queues %q", names)
		}
		s.Close()
	}
}

// TestAFailureOfGosThatRubyBroughtBackCountsOn: where nothing of Go's looks.
func TestAFailureOfGosThatRubyBroughtBackCountsOn(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	redistest.App{URL: db.URL(), Code: redistest.EagerPolling, Flags: []string{"-q", "other"}}.Sidekiq(t)
	s := open(t, db)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", Args: []byte(oddArgs)})
	fail := func(delay time.Duration, attempts int) map[string]any {
		job := w.claim("GoJob")
		if job.ID != "a" || job.Attempts != attempts || string(job.Args) != oddArgs {
			t.Errorf("claimed %+v, want %d attempts", job.Job, attempts)
		}
		w.settle(store.Outcome{Claim: held(job), Verb: store.Fail, Delay: delay, Failure: wrong})
		return inSet(t, db, "retry")
	}
	first := fail(time.Second, 0)
	until(t, "Ruby brings it back", func() bool { return redistest.Ask[int64](t, db, "LLEN", "queue:default") == 1 })
	again := fail(time.Hour, 1)
	if again["retry_count"] != 1.0 || again["failed_at"] != first["failed_at"] || again["retried_at"] == nil {
		t.Errorf("it failed first as %v, again as %v", first, again)
	}
}

// TestAWorkerWithoutAFreeSlotBringsWhatIsDueForOthers: Sidekiq's own processes look the
// more rarely the more workers there are, and here there is none.
func TestAWorkerWithoutAFreeSlotBringsWhatIsDueForOthers(t *testing.T) {
	c, s, db := ruby(t, "")
	began := make(chan struct{})
	w, err := tasuki.New(s, tasuki.Config{Slots: 1, Beat: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler), Handlers: []tasuki.Handler{
		tasuki.NewKind[string]("HoldJob").Do(func(ctx context.Context, _ string) error { close(began); return hold(ctx, "") })}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.WithoutCancel(t.Context()))
	enqueue(t, s, holdKind.Job("long"))
	told(t, began)
	redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "RubyJob", "args" => [1], "queue" => "ruby", "at" => Time.now.to_f + 0.2)`)
	until(t, "it is in its queue", func() bool {
		s.dueSeen.Add(-int64(dueEvery)) // as if that had passed
		return redistest.Ask[int64](t, db, "LLEN", "queue:ruby") == 1
	})
}

// TestAWorkerLooksForWhatIsDueWithItsBeatsUnlessItIsQuiet: and not with each of them.
func TestAWorkerLooksForWhatIsDueWithItsBeatsUnlessItIsQuiet(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	due := func() int64 { return redistest.Ask[int64](t, db, "ZCARD", "retry") }
	redistest.Ask[int64](t, db, "ZADD", "retry", 1, `{"class":"GoJob","args":[],"jid":"a","queue":"low"}`)
	lookElsewhere(t, s, w)
	redistest.Ask[int64](t, db, "ZADD", "retry", 1, `{"class":"GoJob","args":[],"jid":"b","queue":"low"}`)
	if w.beat(); due() != 1 {
		t.Error("it looked right behind a claim")
	}
	s.dueSeen.Add(-int64(dueEvery))
	w.beats++
	if _, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: w.name, Beat: w.beats, State: store.Quiet}}); err != nil || due() != 1 {
		t.Errorf("it looked while it was quiet, %v", err)
	}
	if w.beat(); due() != 0 || redistest.Ask[int64](t, db, "LLEN", "queue:low") != 2 {
		t.Error("it did not look")
	}
}

// strangeNames are names of queues that have bytes in them which scripts know.
var strangeNames = []string{"\x00", "a\x00b", "\x01", "a\x01b", "\x02x", "\x03x\x03", "\x04x"}

func TestAQueueMayHaveAnyName(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	for _, name := range strangeNames {
		redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "queue" => args[0], "at" => Time.now.to_f + 3600)`, name)
		redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "retry_queue" => args[0])`, name)
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Failure: wrong})
	}
	s.ahead.Add(2 * time.Hour.Microseconds())
	lookElsewhere(t, s, w)
	for _, name := range strangeNames {
		if n := redistest.Ask[int64](t, db, "LLEN", queueKey(name)); n != 2 {
			t.Errorf("queue %q has %d jobs, want the scheduled one and the failed one", name, n)
		}
		if redistest.Ask[int64](t, db, "SISMEMBER", "queues", name) != 1 {
			t.Errorf("queue %q is not known", name)
		}
	}
}
