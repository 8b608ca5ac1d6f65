package redis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// from claims up to n jobs of the kind GoJob from some queues, and answers from which
// queues they are.
func (w *byHand) from(n int, queues ...store.QueueWant) string {
	w.Helper()
	got, err := w.Claim(w.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: n, Suspects: 1, Queues: queues, Kinds: []string{"GoJob"}})
	if err != nil {
		w.Fatal(err)
	}
	var names []string
	for _, r := range got.Jobs {
		names = append(names, r.Queue)
	}
	return strings.Join(names, " ")
}

// behindStrangers are queues whose first has jobs of a kind that the worker does not know
// in front of those that it knows, and a worker that has seen that.
func behindStrangers(t *testing.T) *byHand {
	t.Helper()
	s := open(t, redistest.Shared(t).DB(t))
	w := worker(t, s)
	for i := range 12 {
		kind := "GoJob"
		if i < 2 {
			kind = "RubyJob"
		}
		enqueue(t, s, store.Job{ID: fmt.Sprint("a", i), Kind: kind, Queue: "a"}, store.Job{ID: fmt.Sprint("b", i), Kind: "GoJob", Queue: "b"})
	}
	if got := w.from(1, store.QueueWant{Name: "a"}); got != "a" {
		t.Fatalf("from %q", got)
	}
	return w
}

func TestAStrangerInAQueueDoesNotPutItBehindLaterOnes(t *testing.T) {
	w := behindStrangers(t)
	for range 4 {
		if got := w.from(2, store.QueueWant{Name: "a"}, store.QueueWant{Name: "b"}); got != "a a" {
			t.Errorf("from %q, want a a", got)
		}
	}
	if got := w.from(2, store.QueueWant{Name: "a"}, store.QueueWant{Name: "b"}); got != "a b" {
		t.Errorf("then from %q, want a b", got)
	}
}

func TestAQueueWithAStrangerGivesItsShare(t *testing.T) {
	w := behindStrangers(t)
	for range 3 {
		if got := w.from(3, store.QueueWant{Name: "b", Share: 1}, store.QueueWant{Name: "a", Share: 2}); got != "b a a" {
			t.Errorf("from %q, want b a a", got)
		}
	}
}

func TestASuspectOfAnUnknownKindHoldsUpNeitherSuspectsNorJobs(t *testing.T) {
	db := redistest.Own(t, redistest.Options{}).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for _, job := range []string{`{"class":"RubyJob","args":[],"jid":"a","tasuki":{"deaths":1}}`, `{"class":"GoJob","args":[],"jid":"b","tasuki":{"deaths":1}}`} {
		redistest.Ask[int64](t, db, "LPUSH", "tasuki:suspects:default", job)
	}
	enqueue(t, s, store.Job{ID: "c", Kind: "GoJob"}, store.Job{ID: "d", Kind: "GoJob"})
	m := db.Server.Monitor(t)
	if got := w.from(3, store.QueueWant{Name: "default"}); got != "default default default" {
		t.Errorf("from %q", got)
	}
	all, err := m.Commands(t.Context())
	scripts := 0
	for _, c := range all {
		if len(c.Args) > 0 && strings.HasPrefix(strings.ToUpper(c.Args[0]), "EVAL") {
			scripts++
		}
	}
	if err != nil || scripts > 8 {
		t.Errorf("%d scripts for one claim, %v", scripts, err)
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "tasuki:suspects:default"); n != 1 {
		t.Errorf("%d suspects are left, want the stranger", n)
	}
}

func TestNoMoreSuspectsAreClaimedThanAskedForThoughOneIsNotToBeRun(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for i := range 3 {
		redistest.Ask[int64](t, db, "LPUSH", "tasuki:suspects:default", fmt.Sprintf(`{"class":"GoJob","args":[],"jid":"s%d","tasuki":{"deaths":1}}`, i))
	}
	if err := s.CancelIterable(t.Context(), "s0"); err != nil {
		t.Fatal(err)
	}
	if got := w.from(5, store.QueueWant{Name: "default"}); got != "default" {
		t.Errorf("suspects from %q, want one", got)
	}
}
