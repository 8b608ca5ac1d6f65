package redis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// dead are the jids of the dead, the oldest first.
func dead(t *testing.T, db *redistest.DB) []string {
	t.Helper()
	var ids []string
	for _, text := range redistest.Ask[[]string](t, db, "ZRANGE", "dead", 0, -1) {
		if strings.HasPrefix(text, "{\"") {
			id, _ := fields(t, text)["jid"].(string)
			ids = append(ids, id)
			continue
		}
		ids = append(ids, text)
	}
	return ids
}

// bury lets new jobs die.
func (w *byHand) bury(ids ...string) {
	w.Helper()
	for _, id := range ids {
		enqueue(w.T, w.Store, store.Job{ID: id, Kind: "GoJob"})
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Bury, Failure: wrong})
	}
}

// TestGoKeepsAsManyDeadJobsAsRuby: one less than the limit, as Sidekiq's own count.
func TestGoKeepsAsManyDeadJobsAsRuby(t *testing.T) {
	c, _, db := ruby(t, "Sidekiq.options[:dead_max_jobs] = 5")
	s := openWith(t, db, Options{DeadJobs: 5})
	w := worker(t, s)
	w.bury("a", "b", "c", "d", "e", "f", "g")
	if got := dead(t, db); !slices.Equal(got, []string{"d", "e", "f", "g"}) {
		t.Errorf("the dead are %q", got)
	}
	redistest.Eval[any](t, c, `Sidekiq::DeadSet.new.kill(JSON.generate("class" => "GoJob", "args" => [], "jid" => "ruby"), notify_failure: false)`)
	if got := dead(t, db); !slices.Equal(got, []string{"e", "f", "g", "ruby"}) {
		t.Errorf("after Ruby's the dead are %q", got)
	}
}

func TestTenThousandDeadJobsLessOneAreKept(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	now := float64(time.Now().Unix())
	add := []any{"ZADD", "dead"}
	for i := range 10_004 {
		add = append(add, strconv.FormatFloat(now-20_000+float64(i), 'f', 6, 64), fmt.Sprintf(`{"class":"GoJob","args":[],"jid":"%d"}`, i))
	}
	redistest.Ask[int64](t, db, add...)
	w.bury("new")
	got := dead(t, db)
	if len(got) != 9_999 || got[0] != "6" || got[len(got)-1] != "new" {
		t.Errorf("%d are kept, from %s to %s", len(got), got[0], got[len(got)-1])
	}
}

func TestDeadJobsAreKeptForTheirTimeWhoeverBuriedThem(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct{ option, kept time.Duration }{{0, 180 * day}, {time.Hour, time.Hour}, {400 * day, 400 * day}} {
		db := redistest.Shared(t).DB(t)
		s := openWith(t, db, Options{DeadFor: c.option})
		w := worker(t, s)
		old := func(ago time.Duration) string {
			return fmt.Sprintf("%.6f", float64(time.Now().Add(-ago).UnixMicro())/1e6)
		}
		redistest.Ask[int64](t, db, "ZADD", "dead", old(c.kept+time.Minute), `{"class":"GoJob","args":[],"jid":"old"}`, old(c.kept-time.Minute), `{"class":"GoJob","args":[],"jid":"kept"}`)
		w.bury("new")
		if got := dead(t, db); !slices.Equal(got, []string{"kept", "new"}) {
			t.Errorf("%v: the dead are %q", c.kept, got)
		}
		// An engine prunes what is older than Sidekiq keeps it by default.
		if _, err := s.Prune(t.Context(), store.PruneRequest{Dead: 180 * day}); err != nil {
			t.Fatal(err)
		}
		if got := dead(t, db); len(got) != 2 {
			t.Errorf("%v: after pruning the dead are %q", c.kept, got)
		}
		s.Close()
	}
}

// TestEveryWayToTheDeadKeepsThemFew: also those of jobs that nobody ran.
func TestEveryWayToTheDeadKeepsThemFew(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := openWith(t, db, Options{DeadJobs: 2})
	w := worker(t, s)
	left := func(want string) {
		t.Helper()
		if got := dead(t, db); len(got) != 1 || got[0] != want {
			t.Errorf("the dead are %q, want %s", got, want)
		}
	}
	w.bury("failed")
	left("failed")
	enqueue(t, s, store.Job{ID: "moved", Kind: "GoJob"})
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"moved"}}, To: store.Dead}); n != 1 || err != nil {
		t.Error(n, err)
	}
	left("moved")
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", "{not json")
	claim := store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"GoJob"}}
	if _, err := s.Claim(t.Context(), claim); err != nil {
		t.Error(err)
	}
	left("{not json")
	enqueue(t, s, store.Job{ID: "killed", Kind: "GoJob"})
	w.claim("GoJob")
	if _, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, MaxDeaths: 1}); err != nil {
		t.Error(err)
	}
	left("killed")
}
