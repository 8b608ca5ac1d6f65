package sqlite_test

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

func TestWhatIsOlderThanACommitLeavesItsCursor(t *testing.T) {
	ctx := t.Context()
	st, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	job := store.Job{ID: store.NewID(), Kind: "k"}
	if _, err := st.Enqueue(ctx, []store.Job{job}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 1, State: store.Working}}); err != nil {
		t.Fatal(err)
	}
	got, err := st.Claim(ctx, store.ClaimRequest{Worker: "w", Token: store.NewToken(), Max: 1, Kinds: []string{"k"}, Queues: []store.QueueWant{{Name: store.DefaultQueue}}})
	if err != nil || len(got.Jobs) != 1 {
		t.Fatalf("claim: %+v, %v", got, err)
	}
	held := store.NewHeld("w", store.Claim{ID: job.ID, Token: got.Jobs[0].Token})
	held.Take(&store.Point{Stand: func() (store.Standing, error) {
		return store.Standing{Cursor: json.RawMessage("3"), Progress: &store.Progress{Done: 3, Total: 9}, Seq: 3}, nil
	}})
	if err := st.Commit(store.WithHeld(ctx, held), func(*sql.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if page, err := st.List(ctx, store.ListRequest{}); err != nil || page.Jobs[0].Progress.Done != 3 {
		t.Errorf("progress %+v, %v; want that of the Commit", page.Jobs[0].Progress, err)
	}
	settle := func(batch uint64, o store.Outcome, cursor string) {
		t.Helper()
		o.Claim = held.Claim
		if reply, err := st.Settle(ctx, store.SettleRequest{Worker: "w", Batch: batch, Outcomes: []store.Outcome{o}}); err != nil || reply.Results[0].What != store.Applied {
			t.Fatalf("%s: %+v, %v", o.Verb, reply, err)
		}
		if page, err := st.List(ctx, store.ListRequest{}); err != nil || string(page.Jobs[0].Cursor) != cursor {
			t.Errorf("cursor %s after %s with Seq %d, %v; want %s", page.Jobs[0].Cursor, o.Verb, o.Seq, err, cursor)
		}
	}
	settle(0, store.Outcome{Verb: store.Save, Cursor: json.RawMessage("1"), Seq: 3}, "3")
	settle(0, store.Outcome{Verb: store.Save, Cursor: json.RawMessage("4"), Seq: 4}, "4")
	settle(1, store.Outcome{Verb: store.HandOver, Cursor: json.RawMessage("2"), Seq: 4}, "4")
}
