package sqlite

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestAJobWhoseIdCannotBeReadIsFoundUnderAnother(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, func(j *store.Job) { j.Delay = time.Hour }, "bad", "good")
	named(t, s, nil, "ready")
	spoil(t, s, "UPDATE tasuki_jobs SET id = x'0102' WHERE id IN ('bad', 'ready')")
	if is := the(t, s, "unreadable-1"); is.State != store.Scheduled || !strings.Contains(is.Why, `id holds the text "\x01\x02"`) {
		t.Errorf("%+v", is)
	}
	if claim(t, s, "w", 1); the(t, s, "unreadable-3").State != store.Dead {
		t.Error("a claim did not make it dead")
	}
	for _, id := range []string{"unreadable-1", "unreadable-2", "unreadable-3"} {
		n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{id}}, To: store.Deleted})
		if want := map[bool]int{true: 0, false: 1}[id == "unreadable-2"]; n != want || err != nil {
			t.Errorf("%s: %d moved, %v", id, n, err)
		}
	}
	the(t, s, "good")
}

func TestAJobWhoseLaneIsMissingIsShownAndCanBeDeleted(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, func(j *store.Job) { j.Queue = "lost" }, "ready", "dead")
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"dead"}}, To: store.Dead}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	spoil(t, s, "DELETE FROM tasuki_lanes")
	req := request("w", 9)
	req.Queues = append(req.Queues, store.QueueWant{Name: "lost"})
	if r, err := s.Claim(t.Context(), req); err != nil || len(r.Jobs) != 0 {
		t.Errorf("%d jobs, %v", len(r.Jobs), err)
	}
	for _, id := range []string{"ready", "dead"} {
		if is := the(t, s, id); !strings.Contains(is.Why, "lane holds the number 1 and there is no such lane") {
			t.Errorf("%s: %q", id, is.Why)
		}
	}
	for _, f := range []store.Filter{{}, {States: []store.State{store.Ready, store.Dead}}} {
		if page, err := s.List(t.Context(), store.ListRequest{Filter: f}); err != nil || len(page.Jobs) != 2 {
			t.Errorf("%+v: %d jobs, %v", f, len(page.Jobs), err)
		}
	}
	st, err := s.Stats(t.Context())
	if err != nil || len(st.Queues) != 1 || st.Queues[0].Counts[store.Ready] != 1 || st.Queues[0].Counts[store.Dead] != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: store.Deleted}); n != 2 || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
}

func TestADuplicateIsToldThoughTheHoldersIdCannotBeRead(t *testing.T) {
	s := openTemp(t, Options{})
	key := func(j *store.Job) { j.Unique = "key" }
	named(t, s, key, "bad")
	spoil(t, s, "UPDATE tasuki_jobs SET id = 5")
	got, err := s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k", Unique: "key"}})
	if err != nil || got[0].What != store.Duplicate || got[0].ID != "unreadable-1" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestIdsThatLeftAreForgottenThoughThoseBeforeCannotBeRead(t *testing.T) {
	for _, set := range []string{"at = 'x'", "at = 9223372036854775807", "ids = 'x'", "ids = x'ff00'", "ids = 5"} {
		c := &clock{}
		s := openTemp(t, Options{Clock: c.now})
		beat(t, s, "w", 1)
		for i, id := range []string{"a", "b"} {
			named(t, s, nil, id)
			if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: uint64(i + 1), Outcomes: outcomes(claim(t, s, "w", 1), store.Finish)}); err != nil {
				t.Fatal(err)
			}
		}
		spoil(t, s, "UPDATE tasuki_gone SET "+set+" WHERE n = 1")
		c.advance(store.Remember + time.Second)
		if r, err := s.Prune(t.Context(), store.PruneRequest{}); err != nil || r.More {
			t.Errorf("%s: %+v, %v", set, r, err)
		}
		if got, err := s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k"}}); err != nil || got[0].What != store.Added {
			t.Errorf("%s: %+v, %v; want b forgotten", set, got, err)
		}
	}
}

func TestTextsThatAreNoJSONAreListedAsStrings(t *testing.T) {
	s := openTemp(t, Options{})
	named(t, s, nil, "bad")
	spoil(t, s, "UPDATE tasuki_jobs SET args = '{', cursor = '['")
	is := the(t, s, "bad")
	if string(is.Args) != `"{"` || string(is.Cursor) != `"["` || is.Why != `its row cannot be read: args holds the text "{", cursor holds the text "["` {
		t.Errorf("args %s, cursor %s, because %q", is.Args, is.Cursor, is.Why)
	}
	if _, err := json.Marshal(is); err != nil {
		t.Error(err)
	}
}

func TestAJournalThatCannotBeReadSaysSo(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "a")
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(claim(t, s, "w", 1), store.HandOver)}); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, "UPDATE tasuki_runs SET since = 'x', until = x'ff', cursor = '{'")
	is := the(t, s, "a")
	want := `because; its row cannot be read: tasuki_runs.since holds the text "x", tasuki_runs.until holds the bytes x'ff', tasuki_runs.cursor holds the text "{"`
	if len(is.Journal) != 1 || is.Journal[0].Why != want {
		t.Errorf("journal %+v", is.Journal)
	}
}

func TestAJobWhoseStateCannotBeReadIsReadyOnceAPersonSaysSo(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, func(j *store.Job) { j.Delay = time.Hour }, "a")
	spoil(t, s, "UPDATE tasuki_jobs SET state = 'x'")
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: store.Ready}); n != 1 || err != nil {
		t.Errorf("%d moved, %v", n, err)
	}
	if got := idsOf(claim(t, s, "w", 9)); got != "a" {
		t.Errorf("claimed %q", got)
	}
}
