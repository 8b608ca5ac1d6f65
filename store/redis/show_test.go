package redis

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestSidekiqsProcessListHasAllFieldsOfAGoWorker(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	w.beat(held(w.claim("GoJob")))
	got := redistest.Eval[map[string]any](t, c, `Sidekiq::ProcessSet.new.first.instance_variable_get(:@attribs)`)
	for field, want := range map[string]any{"hostname": "host", "pid": 4711.0, "tag": "shop", "concurrency": 7.0, "busy": 1.0, "quiet": "false",
		"queues": []any{"default", "low"}, "labels": []any{"tasuki"}, "identity": w.name, "version": "tasuki 1.2", "embedded": false,
		"weights": []any{map[string]any{"default": 0.0, "low": 0.0}}} {
		if !reflect.DeepEqual(got[field], want) {
			t.Errorf("%s is %#v, want %#v", field, got[field], want)
		}
	}
	now := float64(time.Now().Unix())
	for field, limits := range map[string][2]float64{"rss": {1000, 1e7}, "rtt_us": {1, 1e6}, "beat": {now - 10, now + 10}, "started_at": {now - 1000, now + 10}} {
		if v, is := got[field].(float64); !is || v < limits[0] || v > limits[1] {
			t.Errorf("%s is %v, want %v", field, got[field], limits)
		}
	}
	capsules, _ := got["capsules"].(map[string]any)["default"].(map[string]any)
	if capsules["concurrency"] != 7.0 || capsules["weights"] == nil || capsules["mode"] != "strict" {
		t.Errorf("capsules are %v", got["capsules"])
	}
	// Newer ones read the number of threads there.
	if n := redistest.Ask[string](t, db, "HGET", w.name, "concurrency"); n != "7" {
		t.Errorf("concurrency of the hash is %q", n)
	}
	if got := redistest.Eval[[]int](t, c, `p = Sidekiq::ProcessSet.new; [p.size, p.total_concurrency, Sidekiq::Stats.new.workers_size]`); !slices.Equal(got, []int{1, 7, 1}) {
		t.Errorf("the API counts %v", got)
	}
}

func TestSidekiqsProcessListSaysHowQueuesAreWeighed(t *testing.T) {
	c, s, _ := ruby(t, "")
	for mode, weights := range map[string][]int{"strict": nil, "random": {1, 1}, "weighted": {3, 1}} {
		_, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "host:1:" + mode, Beat: 1, Queues: []string{"a", "b"}, Weights: weights}})
		if err != nil {
			t.Fatal(err)
		}
		got := redistest.Eval[map[string]any](t, c, `Sidekiq::ProcessSet.new.find { |p| p["identity"] == args[0] }.instance_variable_get(:@attribs)`, "host:1:"+mode)
		capsule, _ := got["capsules"].(map[string]any)["default"].(map[string]any)
		want := map[string]any{"a": 0.0, "b": 0.0}
		if weights != nil {
			want = map[string]any{"a": float64(weights[0]), "b": float64(weights[1])}
		}
		if capsule["mode"] != mode || !reflect.DeepEqual(capsule["weights"], want) || !reflect.DeepEqual(got["weights"], []any{want}) {
			t.Errorf("%s: %v", mode, got)
		}
	}
}

// TestAWorkerSaysHowItWeighsItsQueues: the engine's.
func TestAWorkerSaysHowItWeighsItsQueues(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	w, err := tasuki.New(s, tasuki.Config{Logger: slog.New(slog.DiscardHandler), Queues: []tasuki.WeightedQueue{{Name: "a", Weight: 3}, {Name: "b"}}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.WithoutCancel(t.Context()))
	if all, err := s.Workers(t.Context(), store.WorkersRequest{}); err != nil || len(all) != 1 || !slices.Equal(all[0].Weights, []int{3, 1}) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestEachRunningJobIsInSidekiqsWorkSetAndWhatWaitsForASlotIsNot(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	for _, id := range []string{"a", "b", "c"} {
		enqueue(t, s, store.Job{ID: id, Kind: "GoJob", Queue: "low", Args: json.RawMessage(oddArgs)})
	}
	a, b, ahead := w.claim("GoJob"), w.claim("GoJob"), w.claim("GoJob")
	beat := func(busy int, claims ...store.Record) {
		w.beats++
		req := store.BeatRequest{Worker: store.Worker{Name: w.name, Beat: w.beats, Busy: busy}}
		for _, r := range claims {
			req.Claims = append(req.Claims, held(r))
		}
		if _, err := s.Beat(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(want ...string) {
		t.Helper()
		got := redistest.Eval[[]map[string]any](t, c, `Sidekiq::WorkSet.new.map { |p, tid, w| w.merge("p" => p, "tid" => tid) }`)
		var jids []string
		for _, work := range got {
			payload, _ := work["payload"].(map[string]any)
			jids = append(jids, payload["jid"].(string))
			at, _ := work["run_at"].(float64)
			if work["p"] != w.name || work["tid"] == "" || work["queue"] != "low" || payload["class"] != "GoJob" || time.Since(time.Unix(int64(at), 0)).Abs() > time.Minute {
				t.Errorf("it shows %v", work)
			}
		}
		slices.Sort(jids)
		if !slices.Equal(jids, want) {
			t.Errorf("it shows %q, want %q", jids, want)
		}
	}
	beat(2, a, b, ahead)
	shows("a", "b")
	beat(2, b, ahead, a)
	shows("b", "c")
	redistest.Ask[int64](t, db, "DEL", workKey(w.name), oldWorkKey(w.name)) // as a failover may
	beat(2, b, ahead, a)
	shows("b", "c")
	beat(0, b, ahead, a)
	shows()
}

// TestAWorkerThatWasReleasedMeanwhileIsNotShownAgain: its process slept between its beat
// and what is written for Web.
func TestAWorkerThatWasReleasedMeanwhileIsNotShownAgain(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	req := &store.BeatRequest{Worker: store.Worker{Name: w.name, Beat: w.beats}}
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats}); err != nil || !r.Released {
		t.Fatal(r, err)
	}
	s.show(t.Context(), req, 0)
	if keys := redistest.Ask[[]string](t, db, "KEYS", "*"+w.name+"*"); len(keys) != 0 || redistest.Ask[int64](t, db, "SCARD", "processes") != 0 {
		t.Errorf("there are %q", keys)
	}
}

func TestRubyPrunesAGoWorkerOnceItHasNotBeatenForAMinuteAndNotBefore(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	w.beat(held(w.claim("GoJob")))
	for _, key := range []string{w.name, workKey(w.name), oldWorkKey(w.name)} {
		if ttl := redistest.Ask[int64](t, db, "TTL", key); ttl < 58 || ttl > 60 {
			t.Errorf("%s is there for %d s, want a minute", key, ttl)
		}
	}
	if n := redistest.Eval[int](t, c, "Sidekiq::ProcessSet.new(false).cleanup"); n != 0 {
		t.Errorf("Ruby removed %d who live", n)
	}
	for _, key := range []string{w.name, workKey(w.name), oldWorkKey(w.name)} {
		redistest.Ask[int64](t, db, "PEXPIRE", key, 1)
	}
	until(t, "the keys go", func() bool { return redistest.Ask[int64](t, db, "EXISTS", w.name) == 0 })
	page, err := c.Web().Get(t.Context(), "/busy")
	if err != nil || page.Status != 200 || strings.Contains(page.Body, "4711") || strings.Contains(page.Body, "GoJob") {
		t.Errorf("the page still shows it: %v", err)
	}
	if n := redistest.Ask[int64](t, db, "SCARD", "processes"); n != 0 {
		t.Errorf("%d processes are left", n)
	}
}

func TestAWorkerThatBeatsSeldomIsShownUntilOthersWouldReleaseIt(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	_, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "host:1:slow", Beat: 1, Standstill: 8 * time.Minute}})
	if ttl := redistest.Ask[int64](t, db, "TTL", "host:1:slow"); err != nil || ttl < 470 || ttl > 480 {
		t.Errorf("it is shown for %d s: %v", ttl, err)
	}
}

// TestTheCursorOfARunningJobIsWhereSidekiqLooks: its pages of 8.1 show it.
func TestTheCursorOfARunningJobIsWhereSidekiqLooks(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	job := w.claim("GoJob")
	w.save(job, 1, `{"page":7}`, nil)
	got := redistest.Ask[[]string](t, db, "HMGET", "it-a", "ex", "c", "rt", "cancelled")
	var cursor map[string]int
	if err := json.Unmarshal([]byte(got[1]), &cursor); err != nil || cursor["page"] != 7 || got[0] != "1" || got[2] != "0.0" {
		t.Errorf("the state is %q, %v", got, err)
	}
}

func TestAKeyOfAnotherTypeInPlaceOfWhatWebShowsStopsNoBeat(t *testing.T) {
	for _, key := range []string{"processes", "host:4711:0123456789ab", "host:4711:0123456789ab:work", "host:4711:0123456789ab-signals"} {
		db := redistest.Shared(t).DB(t)
		s := open(t, db)
		redistest.Ask[string](t, db, "SET", key, "other")
		w := worker(t, s)
		enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
		w.beat(held(w.claim("GoJob")))
		if got := redistest.Ask[string](t, db, "GET", key); got != "other" {
			t.Errorf("%s is overwritten by %q", key, got)
		}
		// What is beside it is shown.
		for _, other := range []string{"processes", w.name, workKey(w.name)} {
			if redistest.Ask[int64](t, db, "EXISTS", other) != 1 {
				t.Errorf("%s of another type: there is no %s", key, other)
			}
		}
	}
}

func TestWorkersAreAnsweredWithSidekiqsOwnProcesses(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	own := worker(t, s)
	p := redistest.App{URL: db.URL(), Code: "Sidekiq.options[:tag] = 'rails'", Flags: []string{"-c", "3", "-q", "default", "-q", "mail"}}.Sidekiq(t)
	only, err := s.Workers(t.Context(), store.WorkersRequest{})
	if err != nil || len(only) != 1 || only[0].Name != own.name {
		t.Errorf("without foreign ones: %+v, %v", only, err)
	}
	all, err := s.Workers(t.Context(), store.WorkersRequest{Foreign: true})
	if err != nil || len(all) != 2 || !slices.IsSortedFunc(all, func(a, b store.Worker) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatalf("%+v, %v", all, err)
	}
	i := slices.IndexFunc(all, func(w store.Worker) bool { return w.Foreign })
	r := all[i]
	host, _ := os.Hostname()
	if r.Name != p.Identity() || r.Slots != 3 || r.Tag != "rails" || !slices.Equal(r.Queues, []string{"default", "mail"}) || r.State != store.Working ||
		r.Process.PID != p.PID() || r.Process.Host != host || r.Beat == 0 || time.Since(r.BeatAt).Abs() > time.Minute || time.Since(r.StartedAt).Abs() > time.Minute {
		t.Errorf("Ruby's is %+v", r)
	}
	if rest, err := s.Workers(t.Context(), store.WorkersRequest{Foreign: true, After: all[0].Name, Limit: 1}); err != nil || len(rest) != 1 || rest[0].Name != all[1].Name {
		t.Errorf("the page behind is %+v, %v", rest, err)
	}
	if got, err := s.Release(t.Context(), store.ReleaseRequest{Worker: r.Name, Beat: r.Beat}); err != nil || got.Released {
		t.Errorf("a process that beats was released: %+v, %v", got, err)
	}
	if n, err := s.Signal(t.Context(), []string{r.Name, own.name, "host:1:nobody"}, store.OrderStop); err != nil || n != 2 {
		t.Errorf("%d took the order, %v", n, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if code, err := p.Wait(ctx); err != nil || code != 0 {
		t.Errorf("Ruby's ended with %d, %v", code, err)
	}
}
