package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// A bench is a database, a store on it, and a worker that takes from the queues bad and
// good in this order.
type bench struct {
	t   *testing.T
	db  *redistest.DB
	s   *redis.Store
	log journal

	mu  sync.Mutex // owns ran
	ran map[string]int
}

// deed is a job that does what its argument says: "done", "fail", "die", "wait", "bring".
var deed = tasuki.NewKind[string]("deed")

// rubys is one that Ruby enqueues.
var rubys = tasuki.NewKind[struct{ Text string }]("rubys", tasuki.Positional())

// odd prepares a database and has a worker work on it.
func odd(t *testing.T, prepare ...[]any) *bench {
	t.Helper()
	return beats(t, 50*time.Millisecond, prepare...)
}

// beats is the same with a beat of that length.
func beats(t *testing.T, beat time.Duration, prepare ...[]any) *bench {
	t.Helper()
	b := &bench{t: t, db: redistest.Shared(t).DB(t), ran: map[string]int{}}
	for _, command := range prepare {
		b.do(command...)
	}
	b.s = opened(t, b.db.URL(), redis.Options{Logger: b.log.logger()})
	w, err := tasuki.New(b.s, tasuki.Config{Handlers: []tasuki.Handler{deed.Do(b.run), rubys.Do(func(ctx context.Context, a struct{ Text string }) error { return b.run(ctx, "done") })}, Logger: b.log.logger(), Slots: 3,
		Queues: []tasuki.WeightedQueue{{Name: "bad"}, {Name: "good"}}, Beat: beat, Poll: 20 * time.Millisecond, Timeout: time.Second})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	return b
}

func (b *bench) do(command ...any) {
	b.t.Helper()
	if _, err := b.db.Exec(b.t.Context(), command...); err != nil {
		b.t.Fatalf("%v: %v", command, err)
	}
}

func (b *bench) run(ctx context.Context, how string) error {
	b.mu.Lock()
	b.ran[tasuki.JobFrom(ctx).ID]++
	b.mu.Unlock()
	switch how {
	case "fail":
		return errors.New("wrong")
	case "die":
		return tasuki.Discard(errors.New("hopeless"))
	case "wait":
		return tasuki.Snooze(time.Hour)
	case "bring":
		return tasuki.Then(deed.Job("done", tasuki.Queue("bad")))
	}
	return nil
}

// runs is how often a job ran.
func (b *bench) runs(id string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ran[id]
}

// add enqueues a job and answers its id.
func (b *bench) add(how, queue string, o ...tasuki.Option) (string, error) {
	job := deed.Job(how, append(o, tasuki.Queue(queue))...)
	_, err := tasuki.Enqueue(b.t.Context(), b.s, job)
	return job.ID, err
}

// added is the id of a job that is in the store.
func (b *bench) added(how, queue string, o ...tasuki.Option) string {
	b.t.Helper()
	id, err := b.add(how, queue, o...)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// goesOn asserts that the worker runs what is in the other queue.
func (b *bench) goesOn() {
	b.t.Helper()
	id := b.added("done", "good")
	byhand.Eventually(b.t, "does a job of the other queue run", func() bool { return b.runs(id) == 1 })
}

// record is a job's; nil: there is none.
func (b *bench) record(id string) *store.Record {
	b.t.Helper()
	page, err := b.s.List(b.t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil {
		b.t.Fatal(err)
	}
	if len(page.Jobs) == 0 {
		return nil
	}
	return &page.Jobs[0]
}

// dies asserts that a job ran once and is dead, for a reason that says these words.
func (b *bench) dies(id string, words ...string) {
	b.t.Helper()
	byhand.Eventually(b.t, "is it dead", func() bool { r := b.record(id); return r != nil && r.State == store.Dead })
	r := b.record(id)
	if n := b.runs(id); n != 1 {
		b.t.Errorf("it ran %d times", n)
	}
	says(b.t, fmt.Errorf("%s", r.Failure.Message), words...)
}

func TestAQueueOfAnotherTypeIsNamedAndOtherQueuesGoOn(t *testing.T) {
	b := odd(t, []any{"SET", "queue:bad", "mine"})
	for what, o := range map[string][]tasuki.Option{"one": nil, "one with a key": {tasuki.Unique("u")}} {
		_, err := b.add("done", "bad", o...)
		if says(t, err, "enqueue: ", "queue:bad is a string and must be a list"); err == nil {
			t.Error(what)
		}
	}
	_, err := tasuki.Enqueue(t.Context(), b.s, deed.Job("done", tasuki.Queue("bad")), deed.Job("done", tasuki.Queue("good")))
	says(t, err, "enqueue: ", "queue:bad is a string and must be a list")
	b.goesOn()
	b.dies(b.added("bring", "good"), "queue:bad is a string and must be a list")
	byhand.Eventually(t, "is it told", func() bool { return b.log.count("key=queue:bad") > 0 })
	b.goesOn()
	if n := b.log.count("a key is of another type"); n != 1 {
		t.Errorf("it is told %d times:\n%s", n, &b.log)
	}
	b.do("DEL", "queue:bad")
	id := b.added("done", "bad")
	byhand.Eventually(t, "does its job run", func() bool { return b.runs(id) == 1 })
	byhand.Eventually(t, "is that told", func() bool { return b.log.count("a key is of its type again") == 1 })
}

// TestJobsThatBecomeDueForAQueueOfAnotherTypeWaitAndHoldUpNoOther.
func TestJobsThatBecomeDueForAQueueOfAnotherTypeWaitAndHoldUpNoOther(t *testing.T) {
	b := odd(t, []any{"SET", "queue:bad", "mine"})
	var stuck []string
	for range 150 { // more than one look brings
		stuck = append(stuck, b.added("done", "bad", tasuki.Delay(time.Millisecond)))
	}
	later := b.added("done", "good", tasuki.Delay(50*time.Millisecond))
	byhand.Eventually(t, "does one for another queue run", func() bool { return b.runs(later) == 1 })
	byhand.Eventually(t, "is it told", func() bool { return b.log.count("key=queue:bad") > 0 })
	b.do("DEL", "queue:bad")
	byhand.Eventually(t, "do they run", func() bool {
		n := 0
		for _, id := range stuck {
			n += b.runs(id)
		}
		return n == len(stuck)
	})
}

func TestASortedSetOfAnotherTypeIsNamedAndJobsOfQueuesGoOn(t *testing.T) {
	t.Run("schedule", func(t *testing.T) {
		b := odd(t, []any{"LPUSH", "schedule", "mine"})
		_, err := b.add("done", "good", tasuki.Delay(time.Hour))
		says(t, err, "enqueue: ", "schedule is a list and must be a zset")
		b.dies(b.added("wait", "good"), "schedule is a list and must be a zset")
		b.goesOn()
	})
	t.Run("retry", func(t *testing.T) {
		b := odd(t, []any{"SET", "retry", "mine"})
		b.dies(b.added("fail", "good"), "retry is a string and must be a zset")
		b.goesOn()
		if b.log.count("key=retry") != 1 {
			t.Errorf("it is not told once:\n%s", &b.log)
		}
	})
	t.Run("dead", func(t *testing.T) {
		b := odd(t, []any{"HSET", "dead", "f", "mine"})
		if b.log.count("key=dead") != 1 {
			t.Errorf("it is not told at the start:\n%s", &b.log)
		}
		id := b.added("die", "good")
		byhand.Eventually(t, "does it run", func() bool { return b.runs(id) == 1 })
		for range 5 {
			b.goesOn()
		}
		if r := b.record(id); r == nil || r.State != store.Running {
			t.Errorf("what cannot be buried is %+v", r)
		}
		b.do("DEL", "dead")
		byhand.Eventually(t, "is it dead", func() bool { r := b.record(id); return r != nil && r.State == store.Dead })
		if n := b.runs(id); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}

// TestWhatOthersKeepUnderNamesOfSidekiqsHoldsUpNobody.
func TestWhatOthersKeepUnderNamesOfSidekiqsHoldsUpNobody(t *testing.T) {
	for key, prepare := range map[string][]any{
		"paused":         {"SET", "paused", "no"},
		"processes":      {"SET", "processes", "4"},
		"queues":         {"SET", "queues", "many"},
		"stat:processed": {"LPUSH", "stat:processed", "x"},
		"stat:failed":    {"SET", "stat:failed", "none"},
	} {
		t.Run(key, func(t *testing.T) {
			b := odd(t, prepare)
			b.goesOn()
			id := b.added("fail", "good")
			byhand.Eventually(t, "has it failed", func() bool { r := b.record(id); return r != nil && r.State == store.Retry })
			id = b.added("done", "good", tasuki.Delay(time.Millisecond))
			byhand.Eventually(t, "did it become due", func() bool { return b.runs(id) == 1 })
			id = b.added("die", "good")
			byhand.Eventually(t, "is it dead", func() bool { r := b.record(id); return r != nil && r.State == store.Dead })
			b.goesOn()
		})
	}
}

// TestTheStateOfAJobOfAnotherTypeHoldsUpNeitherItNorOthers.
func TestTheStateOfAJobOfAnotherTypeHoldsUpNeitherItNorOthers(t *testing.T) {
	for _, prefix := range []string{"it-", "tasuki:journal:"} {
		for how, want := range map[string]store.State{"done": "", "fail": store.Retry, "die": store.Dead, "wait": store.Scheduled} {
			t.Run(prefix+" "+how, func(t *testing.T) {
				b := odd(t, []any{"SET", prefix + "odd-" + how, "mine"})
				job := deed.Job(how, tasuki.Queue("good"))
				job.ID = "odd-" + how
				if _, err := tasuki.Enqueue(t.Context(), b.s, job); err != nil {
					t.Fatal(err)
				}
				byhand.Eventually(t, "has it ended", func() bool {
					r := b.record(job.ID)
					return b.runs(job.ID) == 1 && (r == nil && want == "" || r != nil && (r.State == want || r.State == store.Dead))
				})
				b.goesOn()
			})
		}
	}
}

// TestAnOutcomeWhoseSuccessorsKeyIsOfAnotherTypeHoldsUpNoOther.
func TestAnOutcomeWhoseSuccessorsKeyIsOfAnotherTypeHoldsUpNoOther(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := opened(t, db.URL(), redis.Options{})
	byhand.Beat(t, s, "w", 1)
	byhand.Add(t, s, 3)
	all := byhand.Outcomes(byhand.Claim(t, s, "w", 3), store.Finish)
	all[1].Enqueue = []store.Job{{ID: "next", Kind: "k", Unique: "u"}}
	redistest.Ask[int64](t, db, "LPUSH", "tasuki:unique:u", "mine")
	settle := func(batch uint64, all ...store.Outcome) (whats string) {
		r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: batch, Outcomes: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range r.Results {
			whats += string(one.What) + " "
		}
		return whats
	}
	if got := settle(1, all...); got != "applied later applied " {
		t.Errorf("settled: %s", got)
	}
	redistest.Ask[int64](t, db, "DEL", "tasuki:unique:u")
	if got := settle(2, all[1]); got != "applied " {
		t.Errorf("settled again: %s", got)
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default"); n != 1 {
		t.Errorf("%d jobs wait, want the successor", n)
	}
}

// TestAKeyOfTasukisOwnOfAnotherTypeIsNamed by whatever call meets it.
func TestAKeyOfTasukisOwnOfAnotherTypeIsNamed(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := opened(t, db.URL(), redis.Options{})
	byhand.Beat(t, s, "w", 1)
	span := time.Now().UnixMicro() / 600_000_000
	ctx := t.Context()
	for key, c := range map[string]struct {
		is   string
		call func() error
	}{
		"tasuki:workers":  {"zset", func() error { return second(s.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: "v", Beat: 1}})) }},
		"tasuki:worker:v": {"hash", func() error { return second(s.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: "v", Beat: 2}})) }},
		"tasuki:claims:w": {"hash", func() error { return second(s.Claim(ctx, byhand.Request("w", 1))) }},
		"tasuki:ticks": {"hash", func() error {
			return second(s.Enqueue(ctx, []store.Job{{ID: "a", Kind: "k", Tick: store.Tick{Schedule: "s", N: 1}}}))
		}},
		"tasuki:unique:u": {"string", func() error { return second(s.Enqueue(ctx, []store.Job{{ID: "b", Kind: "k", Unique: "u"}})) }},
		"tasuki:schedules": {"hash", func() error {
			return second(s.Declare(ctx, []store.Schedule{{Name: "s", Spec: "x", Missed: store.MissedOnce, Job: store.Job{Kind: "k"}}}))
		}},
		fmt.Sprint("tasuki:ids:", span): {"set", func() error { return second(s.Enqueue(ctx, []store.Job{{ID: "c", Kind: "k"}})) }},
		"tasuki:marks":                  {"list", func() error { return second(s.Mark(ctx, store.Mark{Label: "deploy"})) }},
	} {
		if c.call == nil {
			continue
		}
		if _, err := db.Exec(ctx, "DEL", key); err != nil {
			t.Fatal(err)
		}
		wrong := []any{"SET", key, "mine"}
		if c.is == "string" {
			wrong = []any{"LPUSH", key, "mine"}
		}
		if _, err := db.Exec(ctx, wrong...); err != nil {
			t.Fatal(err)
		}
		says(t, c.call(), key+" is a ", " and must be a "+c.is)
		if _, err := db.Exec(ctx, "DEL", key); err != nil {
			t.Fatal(err)
		}
		byhand.Beat(t, s, "w", uint64(time.Now().UnixNano()))
	}
}
