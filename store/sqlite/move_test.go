package sqlite

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestAJobThatChangedAfterItWasFoundIsLookedAtAgain: Move looks for jobs without
// the lock, so one may be claimed before it is moved.
func TestAJobThatChangedAfterItWasFoundIsLookedAtAgain(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 2)
	filter := store.Filter{States: []store.State{store.Ready}}
	var found []int64
	err := s.snapshot(t.Context(), "find", func(q session) (err error) {
		f := s.finder(q, &filter)
		found, _, err = f.find(t.Context(), &liveTable, 1<<62, 10)
		return err
	})
	if err != nil || len(found) != 2 {
		t.Fatalf("found %v, %v", found, err)
	}
	held := claim(t, s, "w", 1)
	m := moving{store: s, req: &store.MoveRequest{Filter: filter, To: store.Cancelled}, table: &liveTable}
	moved := 0
	if err := s.write(t.Context(), "move", func(tx session) error { moved, err = m.some(t.Context(), tx, found); return err }); err != nil {
		t.Fatal(err)
	}
	if moved != 1 {
		t.Errorf("moved %d, want the one that is still ready", moved)
	}
	if r := beat(t, s, "w", 2, store.Claim{ID: held[0].ID, Token: held[0].Token}); len(r.Cancelled) != 0 {
		t.Error("the running job is to be cancelled")
	}
}
