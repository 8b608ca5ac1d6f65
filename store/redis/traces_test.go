package redis

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestAJobThatIsDoneAlthoughItWasToBeCancelledLeavesNoState(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s, other := open(t, db), open(t, db)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	job := w.claim("GoJob")
	if n, err := other.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"a"}}, To: store.Cancelled}); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if r := w.beat(held(job)); len(r.Cancelled) != 1 {
		t.Fatalf("%+v", r)
	}
	w.settle(store.Outcome{Claim: held(job), Verb: store.Finish})
	if n := redistest.Ask[int64](t, db, "EXISTS", "it-a"); n != 0 {
		t.Error("its state is there still")
	}
}

func TestOutcomesAreAppliedThoughCountersCannotBeCounted(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	w := worker(t, open(t, db))
	enqueue(t, w.Store, store.Job{ID: "a", Kind: "GoJob"}, store.Job{ID: "b", Kind: "GoJob"})
	redistest.Ask[int64](t, db, "LPUSH", "stat:processed", "mine")
	redistest.Ask[string](t, db, "SET", "stat:failed", "mine")
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Finish})
	w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail})
}

func TestAnOutcomeOfAJobWhoseTimeIsOverStaysAsItWasGiven(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	w := worker(t, open(t, db))
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", `{"class":"GoJob","args":[],"jid":"a","retry_for":10,"failed_at":1.5,"retry_count":0}`)
	outcomes := []store.Outcome{{Claim: held(w.claim("GoJob")), Verb: store.Fail, Why: "wrong"}}
	if r, err := w.Settle(t.Context(), store.SettleRequest{Worker: w.name, Batch: 1, Outcomes: outcomes}); err != nil || r.Results[0].What != store.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	if outcomes[0].Why != "wrong" {
		t.Errorf("it says %q now", outcomes[0].Why)
	}
	if n := redistest.Ask[int64](t, db, "ZCARD", "dead"); n != 1 {
		t.Errorf("%d are dead", n)
	}
}
