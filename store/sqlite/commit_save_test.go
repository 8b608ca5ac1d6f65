package sqlite_test

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

func TestASaveThatComesAfterACommitLeavesItsCursorAndStoresTheProgress(t *testing.T) {
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
	held := &store.Held{Worker: "w", Claim: store.Claim{ID: job.ID, Token: got.Jobs[0].Token}}
	held.Take(json.RawMessage("3"))
	if err := st.Commit(store.WithHeld(ctx, held), func(*sql.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	late := store.Outcome{Claim: held.Claim, Verb: store.Save, Cursor: json.RawMessage("1"), Seq: 1 << 40, Progress: &store.Progress{Done: 7}}
	for range 2 {
		reply, err := st.Settle(ctx, store.SettleRequest{Worker: "w", Outcomes: []store.Outcome{late}})
		if err != nil || reply.Results[0].What != store.Applied {
			t.Fatalf("save: %+v, %v", reply, err)
		}
	}
	page, err := st.List(ctx, store.ListRequest{})
	if err != nil || string(page.Jobs[0].Cursor) != "3" || page.Jobs[0].Progress.Done != 7 {
		t.Errorf("cursor %s, progress %+v, %v; want the committed cursor and the progress", page.Jobs[0].Cursor, page.Jobs[0].Progress, err)
	}
	if reply, err := st.Settle(ctx, store.SettleRequest{Worker: "w", Batch: 1, Outcomes: []store.Outcome{{Claim: held.Claim, Verb: store.HandOver, Cursor: json.RawMessage("5")}}}); err != nil || reply.Results[0].What != store.Applied {
		t.Fatalf("hand-over: %+v, %v", reply, err)
	}
	page, err = st.List(ctx, store.ListRequest{})
	if err != nil || string(page.Jobs[0].Cursor) != "5" {
		t.Errorf("cursor %s after a hand-over at 5, %v", page.Jobs[0].Cursor, err)
	}
}
