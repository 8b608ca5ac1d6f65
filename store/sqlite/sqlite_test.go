package sqlite

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func openTemp(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func beat(t testing.TB, s *Store, n uint64, claims ...store.Claim) store.BeatReply {
	t.Helper()
	r, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: n, State: store.Working}, Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSmoke(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, 1)
	ctx := t.Context()
	got, err := s.Enqueue(ctx, []store.Job{
		{ID: store.NewID(), Kind: "a", Args: json.RawMessage(`{"x":1}`)},
		{ID: "plain-id", Kind: "b", Unique: "u", Tags: []string{"t"}},
		{ID: "plain-id2", Kind: "b", Unique: "u"},
	})
	t.Log(got, err)
	r, err := s.Claim(ctx, store.ClaimRequest{Worker: "w", Token: 7, Max: 10, Suspects: 1, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"a", "b", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r)
	var out []store.Outcome
	for _, j := range r.Jobs {
		out = append(out, store.Outcome{Claim: store.Claim{ID: j.ID, Token: j.Token}, Verb: store.Finish})
	}
	sr, err := s.Settle(ctx, store.SettleRequest{Worker: "w", Batch: 1, Outcomes: out})
	t.Log(sr, err)
	sr, err = s.Settle(ctx, store.SettleRequest{Worker: "w", Batch: 1, Outcomes: out})
	t.Log(sr, err)
	p, err := s.List(ctx, store.ListRequest{})
	t.Log(p, err)
	st, err := s.Stats(ctx)
	t.Log(st, err)
}
