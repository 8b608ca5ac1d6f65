package sqlite

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestIDsThatLeftTogetherAreForgottenAsManyAsAsked(t *testing.T) {
	c := &clock{}
	s := openTemp(t, Options{Clock: c.now})
	beat(t, s, "w", 1)
	ids := add(t, s, 50)
	out := outcomes(claim(t, s, "w", 50), store.Finish)
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: out}); err != nil {
		t.Fatal(err)
	}
	c.advance(store.Remember + time.Second)
	forgotten := 0
	for more := true; more; {
		r, err := s.Prune(t.Context(), store.PruneRequest{Limit: 7})
		if err != nil || r.Deleted > 7 {
			t.Fatalf("%+v, %v", r, err)
		}
		forgotten += r.Deleted
		more = r.More
	}
	if forgotten != len(ids) {
		t.Errorf("%d ids were forgotten, want %d", forgotten, len(ids))
	}
	for _, id := range ids {
		if got, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}}); err != nil || got[0].What != store.Added {
			t.Fatalf("%s is %v, %v; want it new", id, got, err)
		}
	}
	s.Close()
	audit(t, s.file.path)
}
