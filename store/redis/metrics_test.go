package redis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// at moves the store's clock to a moment.
func at(t *testing.T, s *Store, moment string) {
	t.Helper()
	to, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	s.ahead.Store(time.Until(to).Microseconds())
}

// hash is one of Redis.
func hash(t *testing.T, db *redistest.DB, key string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for pair := range slices.Chunk(redistest.Ask[[]string](t, db, "HGETALL", key), 2) {
		all[pair[0]] = pair[1]
	}
	return all
}

// measured are keys of metrics, without the others.
func measured(t *testing.T, db *redistest.DB) []string {
	t.Helper()
	all := redistest.Ask[[]string](t, db, "KEYS", "*GoJob-*")
	return slices.Sorted(slices.Values(append(all, redistest.Ask[[]string](t, db, "KEYS", "j|*")...)))
}

func TestMetricsHaveTheFormsOfTheVersionsAround(t *testing.T) {
	seven := []string{"GoJob-21-09:4", "j|20261121|9:4"}
	eight := []string{"h|GoJob-21-9:4", "j|261121|9:0", "j|261121|9:04"}
	both := slices.Sorted(slices.Values(append(slices.Clone(seven), eight...)))
	for _, c := range []struct {
		others []string
		option Metrics
		want   []string
	}{
		{nil, "", nil}, {[]string{"6.4.1", "tasuki"}, "", nil}, {[]string{"7.3.10"}, "", seven}, {[]string{"8.1.7", "6.4.1"}, "", eight},
		{[]string{"7.3.10", "8.1.7"}, "", both}, {[]string{"8.1.7"}, MetricsOff, nil}, {nil, Metrics7, seven}, {[]string{"7.3.10"}, Metrics8, eight},
	} {
		db := redistest.Shared(t).DB(t)
		beside(t, db, c.others...)
		s := openWith(t, db, Options{Metrics: c.option})
		at(t, s, "2026-11-21T09:04:20Z")
		w := worker(t, s)
		w.run(store.Finish)
		w.beat()
		if got := measured(t, db); !slices.Equal(got, c.want) {
			t.Errorf("beside %q with the option %q there are %q, want %q", c.others, c.option, got, c.want)
		}
		s.Close()
	}
}

func TestMetricsCountWhatEndedAndHowLongWhatEndedWellTook(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{Metrics: Metrics8})
	w := worker(t, s)
	at(t, s, "2026-11-21T19:57:10Z")
	w.run(store.Finish, store.Finish, store.Fail, store.Bury, store.HandOver, store.Snooze, store.Cancel)
	w.beat()
	want := map[string]string{"GoJob|p": "4", "GoJob|f": "2", "GoJob|ms": "50"}
	for key, kept := range map[string]int64{"j|261121|19:57": 8 * 3600, "j|261121|19:5": 3 * 24 * 3600} {
		if got := hash(t, db, key); !maps.Equal(got, want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
		if ttl := redistest.Ask[int64](t, db, "TTL", key); ttl < kept-60 || ttl > kept {
			t.Errorf("%s is kept for %d s, want %d", key, ttl, kept)
		}
	}
	w.run(store.Finish)
	w.beat()
	w.beat()
	if got := hash(t, db, "j|261121|19:57")["GoJob|p"]; got != "5" {
		t.Errorf("after one more %s ended, want 5", got)
	}
}

func TestMetricsCountRunsByHowLongTheyTook(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{Metrics: Metrics8})
	w := worker(t, s)
	at(t, s, "2026-11-21T19:57:10Z")
	for _, ran := range []time.Duration{0, 19 * time.Millisecond, 20 * time.Millisecond, 280 * time.Millisecond, 334 * time.Second, 335 * time.Second, time.Hour} {
		enqueue(t, s, store.Job{ID: ran.String(), Kind: "GoJob"})
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Finish, Ran: ran})
	}
	w.beat()
	get := []any{"BITFIELD", "h|GoJob-21-19:57"}
	for i := range 26 {
		get = append(get, "GET", "u16", fmt.Sprint("#", i))
	}
	got := strings.Join(redistest.Ask[[]string](t, db, get...), " ")
	if want := "2 1 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 2"; got != want {
		t.Errorf("columns are\n%s, want\n%s", got, want)
	}
	if ttl := redistest.Ask[int64](t, db, "TTL", "h|GoJob-21-19:57"); ttl < 28700 || ttl > 28800 {
		t.Errorf("they are kept for %d s", ttl)
	}
}

func TestMetricsOfAnActiveJobHaveItsOwnClass(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{Metrics: Metrics8})
	w := worker(t, s)
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", `{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"InvoiceJob","args":[{"job_class":"InvoiceJob","arguments":[1]}],"jid":"a","retry":true,"queue":"default"}`)
	w.settle(store.Outcome{Claim: held(w.claim("InvoiceJob")), Verb: store.Finish})
	w.beat()
	keys := redistest.Ask[[]string](t, db, "KEYS", "j|*:??")
	if len(keys) != 1 || hash(t, db, keys[0])["InvoiceJob|p"] != "1" {
		t.Errorf("there are %q", keys)
	}
}

// TestAMarkIsWhereSidekiqLooksForDeploys: the first of a minute, for 90 days.
func TestAMarkIsWhereSidekiqLooksForDeploys(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	at(t, s, "2026-11-21T19:57:10Z")
	for _, label := range []string{"deploy é", "second"} {
		if _, err := s.Mark(t.Context(), store.Mark{Label: label}); err != nil {
			t.Fatal(err)
		}
	}
	if got := hash(t, db, "20261121-marks"); len(got) != 1 || got["2026-11-21T19:57:00Z"] != "deploy é" {
		t.Errorf("the marks are %q", got)
	}
	if ttl := redistest.Ask[int64](t, db, "TTL", "20261121-marks"); ttl < 7775900 || ttl > 7776000 {
		t.Errorf("they are kept for %d s, want 90 days", ttl)
	}
}

func TestMetricsBehindAWorkersLastBeatAreWrittenWhenItLeaves(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{Metrics: Metrics8})
	w := worker(t, s)
	w.run(store.Finish)
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats}); err != nil || !r.Released {
		t.Fatal(r, err)
	}
	if keys := measured(t, db); len(keys) != 3 {
		t.Errorf("there are %q", keys)
	}
}

func TestMetricsSayHowLongHandlersRan(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{Metrics: Metrics8})
	kind := tasuki.NewKind[int]("GoJob")
	w := engine(t, s, kind.Do(func(context.Context, int) error {
		<-time.After(50 * time.Millisecond)
		return nil
	}))
	enqueue(t, s, kind.Job(1))
	until(t, "it is done", func() bool { return redistest.Ask[string](t, db, "GET", "stat:processed") == "1" })
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := redistest.Ask[[]string](t, db, "KEYS", "j|*:??")
	if len(keys) != 1 {
		t.Fatalf("there are %q", keys)
	}
	if ms, err := strconv.Atoi(hash(t, db, keys[0])["GoJob|ms"]); err != nil || ms < 50 || ms > 5000 {
		t.Errorf("it took %d ms, %v", ms, err)
	}
}
