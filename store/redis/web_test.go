package redis

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// press presses a button of Sidekiq's Web.
func press(t *testing.T, c *redistest.Client, path, button, about string) {
	t.Helper()
	page, err := c.Web().Press(t.Context(), path, button, about)
	if err != nil || page.Status != 302 {
		t.Fatalf("%s on %s: %v, %+v", button, path, err, page)
	}
}

// fields are those of a payload.
func fields(t *testing.T, text string) map[string]any {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return all
}

// inSet is the only payload of one of Sidekiq's sorted sets.
func inSet(t *testing.T, db *redistest.DB, set string) map[string]any {
	t.Helper()
	texts := redistest.Ask[[]string](t, db, "ZRANGE", set, 0, -1)
	if len(texts) != 1 {
		t.Fatalf("%s has %d jobs, want one: %q", set, len(texts), texts)
	}
	return fields(t, texts[0])
}

var wrong = &store.Failure{Class: "shop.Error", Message: "no paper"}

// failing are jobs that Go let fail, with an hour to wait.
func failing(t *testing.T, s *Store, jobs ...store.Job) *byHand {
	t.Helper()
	w := worker(t, s)
	for _, job := range jobs {
		job.Kind = "GoJob"
		enqueue(t, s, job)
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Delay: time.Hour, Failure: wrong})
	}
	return w
}

func TestRetryNowInWebRunsAJobThatFailedInGoWithItsAttemptGivenBack(t *testing.T) {
	c, s, db := ruby(t, "")
	w := failing(t, s, store.Job{ID: "a-b", Args: json.RawMessage(oddArgs)})
	first := inSet(t, db, "retry")["failed_at"]
	press(t, c, "/retries", "retry", "a-b")
	job := w.claim("GoJob")
	if job.ID != "a-b" || job.Attempts != 0 || string(job.Args) != oddArgs || job.Failure == nil {
		t.Errorf("claimed %+v", job)
	}
	w.settle(store.Outcome{Claim: held(job), Verb: store.Fail, Delay: time.Hour, Failure: wrong})
	again := inSet(t, db, "retry")
	if again["retry_count"] != 0.0 || again["failed_at"] != first || again["retried_at"] == nil {
		t.Errorf("it failed again as %v; the first time was %v", again, first)
	}
}

func TestKillInWebBuriesAJobThatFailedInGoAndRetryBringsItBack(t *testing.T) {
	c, s, db := ruby(t, "")
	w := failing(t, s, store.Job{ID: "a"})
	press(t, c, "/retries", "kill", "-a")
	r, ok := inState(t, s, "a", store.Dead)
	if !ok || r.Failure == nil || r.Failure.Message != "no paper" {
		t.Errorf("it is %+v", r)
	}
	press(t, c, "/morgue", "retry", "-a")
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Finish})
	if n := redistest.Ask[int64](t, db, "ZCARD", "dead"); n != 0 {
		t.Errorf("%d are dead", n)
	}
}

func TestDeleteInWebTakesAJobThatFailedInGoOutForGood(t *testing.T) {
	c, s, db := ruby(t, "")
	failing(t, s, store.Job{ID: "a"})
	press(t, c, "/retries", "delete", "-a")
	if n := redistest.Ask[int64](t, db, "EXISTS", "retry", "dead", "queue:default"); n != 0 {
		t.Error("it is still there")
	}
}

func TestRetryInWebRunsAJobThatGoBuried(t *testing.T) {
	for _, most := range []int{1, 4, 0} {
		c, s, db := ruby(t, "")
		w := worker(t, s)
		enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", MaxAttempts: most})
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Bury, Failure: wrong, Why: "enough"})
		press(t, c, "/morgue", "retry", "-a")
		job := w.claim("GoJob")
		if job.Attempts != 0 || job.MaxAttempts != most || job.Why != "" {
			t.Errorf("of %d attempts: claimed %+v", most, job)
		}
		w.settle(store.Outcome{Claim: held(job), Verb: store.Fail, Delay: time.Hour, Failure: wrong})
		if got := inSet(t, db, "retry"); got["tasuki_why"] != nil {
			t.Errorf("it waits to be tried again, and says that it is dead: %v", got["tasuki_why"])
		}
		s.Close()
	}
}

// TestAJobThatWorkersDiedOfBeginsAnewOnceWebRetriesIt: one more dead worker does not bury
// it at once.
func TestAJobThatWorkersDiedOfBeginsAnewOnceWebRetriesIt(t *testing.T) {
	c, s, _ := ruby(t, "")
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	die := func() store.State {
		w := worker(t, s)
		w.claim("GoJob")
		r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone", MaxDeaths: 3})
		if err != nil || len(r.Jobs) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		return r.Jobs[0].State
	}
	if a, b, c := die(), die(), die(); a != store.Ready || b != store.Ready || c != store.Dead {
		t.Fatalf("it became %s, %s, %s", a, b, c)
	}
	press(t, c, "/morgue", "retry", "-a")
	w := worker(t, s)
	job := w.claim("GoJob")
	if job.Deaths != 0 {
		t.Errorf("it begins with %d deaths", job.Deaths)
	}
	w.settle(store.Outcome{Claim: held(job), Verb: store.Return})
	for _, want := range []store.State{store.Ready, store.Ready, store.Dead} {
		if got := die(); got != want {
			t.Errorf("it became %s, want %s", got, want)
		}
	}
}

func TestAddToQueueAndDeleteInWebWorkOnWhatGoScheduled(t *testing.T) {
	c, s, db := ruby(t, "")
	for _, id := range []string{"now", "never"} {
		enqueue(t, s, store.Job{ID: id, Kind: "GoJob", Queue: "low", Delay: time.Hour, Args: json.RawMessage(oddArgs)})
	}
	press(t, c, "/scheduled", "add_to_queue", "-now")
	press(t, c, "/scheduled", "delete", "-never")
	if job := worker(t, s).claim("GoJob"); job.ID != "now" || string(job.Args) != oddArgs {
		t.Errorf("claimed %+v", job)
	}
	if n := redistest.Ask[int64](t, db, "EXISTS", "schedule", "queue:low"); n != 0 {
		t.Error("something is left")
	}
}

func TestDeleteInWebTakesOneOfGosJobsOutOfAQueue(t *testing.T) {
	c, s, _ := ruby(t, "")
	for _, id := range []string{"a", "b", "c"} {
		enqueue(t, s, store.Job{ID: id, Kind: "GoJob", Args: json.RawMessage(oddArgs)})
	}
	page, err := c.Web().Get(t.Context(), "/queues/default")
	if err != nil || page.Status != 200 || strings.Count(page.Body, "GoJob") < 3 {
		t.Fatalf("%v, %+v", err, page)
	}
	press(t, c, "/queues/default", "delete", `"jid":"b"`)
	w := worker(t, s)
	if first, second := w.claim("GoJob"), w.claim("GoJob"); first.ID != "a" || second.ID != "c" {
		t.Errorf("left are %s and %s", first.ID, second.ID)
	}
}

// queueNames are the queues that Sidekiq's API knows.
func queueNames(t *testing.T, c *redistest.Client) []string {
	t.Helper()
	return redistest.Eval[[]string](t, c, "Sidekiq::Queue.all.map(&:name)")
}

func TestAQueueThatWebClearedIsKnownAgainByWhateverGoPutsThere(t *testing.T) {
	give := func(verb store.Verb) func(*byHand, store.Record) {
		return func(w *byHand, r store.Record) { w.settle(store.Outcome{Claim: held(r), Verb: verb}) }
	}
	for what, put := range map[string]func(*byHand, store.Record){
		"an enqueue":                   func(w *byHand, _ store.Record) { enqueue(w.T, w.Store, store.Job{ID: "b", Kind: "GoJob"}) },
		"a job that was never started": give(store.Return),
		"a hand-over":                  give(store.HandOver),
		"a release": func(w *byHand, _ store.Record) {
			if _, err := w.Release(w.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats}); err != nil {
				w.Error(err)
			}
		},
	} {
		c, s, _ := ruby(t, "")
		enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"}, store.Job{ID: "lost", Kind: "GoJob"})
		w := worker(t, s)
		job := w.claim("GoJob")
		press(t, c, "/queues", "delete", "queues/default")
		if names := queueNames(t, c); len(names) != 0 {
			t.Fatalf("still there: %q", names)
		}
		put(w, job)
		stats, err := s.Stats(t.Context())
		if names := queueNames(t, c); len(names) != 1 || err != nil || len(stats.Queues) != 1 || stats.Queues[0].Counts[store.Ready] != 1 {
			t.Errorf("after %s the queues are %q, %+v, %v", what, names, stats, err)
		}
		w.beat() // who was released is known again
		if left := w.claim("GoJob"); left.ID == "lost" {
			t.Errorf("after %s the cleared job is there", what)
		}
		s.Close()
	}
}

func TestOfTwoEntriesWithOneScoreWebRetriesTheOneThatWasMeant(t *testing.T) {
	c, s, db := ruby(t, "")
	w := failing(t, s, store.Job{ID: "a"}, store.Job{ID: "b"})
	for _, text := range redistest.Ask[[]string](t, db, "ZRANGE", "retry", 0, -1) {
		redistest.Ask[int64](t, db, "ZADD", "retry", "2795291367.25", text)
	}
	press(t, c, "/retries", "retry", "-b")
	if job := w.claim("GoJob"); job.ID != "b" {
		t.Errorf("claimed %s", job.ID)
	}
	if left := inSet(t, db, "retry"); left["jid"] != "a" {
		t.Errorf("left is %v", left)
	}
}

// TestEveryPageOfWebShowsWhatGoWrites: also texts that are no UTF-8, and what is no job.
func TestEveryPageOfWebShowsWhatGoWrites(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	bad := &store.Failure{Class: "shop.Error", Message: "a \xff\x00 <b>é", Stack: "main.go:1\nmain.go:2"}
	for i, o := range []store.Outcome{{Verb: store.Fail, Delay: time.Hour, Failure: bad}, {Verb: store.Bury, Failure: bad, Why: "enough"}} {
		enqueue(t, s, store.Job{ID: fmt.Sprint(i), Kind: "GoJob", Args: json.RawMessage(oddArgs), Tags: []string{"é"}, Unique: fmt.Sprint(i), Keep: time.Hour})
		o.Claim = held(w.claim("GoJob"))
		w.settle(o)
	}
	enqueue(t, s, store.Job{ID: "later", Kind: "GoJob", Args: json.RawMessage(oddArgs), Delay: time.Hour}, store.Job{ID: "now", Kind: "GoJob"})
	running := w.claim("GoJob")
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", "{not json")
	if _, err := s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"GoJob"}}); err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, store.Job{ID: "waits", Kind: "GoJob", Args: json.RawMessage(oddArgs)})
	w.beat(held(running))
	shown := map[string]string{"/": "Dashboard", "/busy": "GoJob", "/queues": "default", "/queues/default": "waits", "/scheduled": "GoJob",
		"/retries": "shop.Error", "/morgue": "not json", "/stats": `"processed":2`}
	for _, set := range []string{"retry", "dead", "schedule"} {
		for _, member := range redistest.Eval[[]string](t, c, `Sidekiq.redis { |r| r.zrange(args[0], 0, -1, withscores: true) }.map { |text, score| "#{score}-#{JSON.parse(text)["jid"]}" rescue nil }.compact`, set) {
			text := "main.go:2" // of the backtrace
			if set == "schedule" {
				text = "GoJob"
			}
			shown["/"+map[string]string{"retry": "retries", "dead": "morgue", "schedule": "scheduled"}[set]+"/"+member] = text
		}
	}
	if len(shown) != 11 {
		t.Errorf("there are %d pages: %v", len(shown), shown)
	}
	for path, text := range shown {
		page, err := c.Web().Get(t.Context(), path)
		if err != nil || page.Status != 200 || !strings.Contains(page.Body, text) {
			t.Errorf("%s: %v, %+v", path, err, page)
		}
	}
}
