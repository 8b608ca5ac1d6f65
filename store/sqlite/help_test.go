package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// openTemp is a store on a file of its own.
func openTemp(t testing.TB, o Options) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "jobs.db"), o)
}

// openAt is a store that is closed when the test ends.
func openAt(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// beat makes a worker known, or known still.
func beat(t testing.TB, s *Store, worker string, n uint64, claims ...store.Claim) store.BeatReply {
	t.Helper()
	r, err := s.Beat(t.Context(), store.BeatRequest{
		Worker: store.Worker{Name: worker, Beat: n, State: store.Working}, Claims: claims,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// add enqueues jobs of the kind k and answers their ids.
func add(t testing.TB, s *Store, n int) []string {
	t.Helper()
	jobs := make([]store.Job, n)
	ids := make([]string, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: "k"}
		ids[i] = jobs[i].ID
	}
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	return ids
}

// request asks for jobs of the kind k.
func request(worker string, n int) store.ClaimRequest {
	return store.ClaimRequest{
		Worker: worker, Token: store.NewToken(), Max: n, Suspects: n,
		Queues: []store.QueueWant{{Name: store.DefaultQueue}}, Kinds: []string{"k"},
	}
}

func claim(t testing.TB, s *Store, worker string, n int) []store.Record {
	t.Helper()
	r, err := s.Claim(t.Context(), request(worker, n))
	if err != nil {
		t.Fatal(err)
	}
	return r.Jobs
}

// outcomes end records with one verb.
func outcomes(jobs []store.Record, verb store.Verb) []store.Outcome {
	all := make([]store.Outcome, len(jobs))
	for i, j := range jobs {
		all[i] = store.Outcome{Claim: store.Claim{ID: j.ID, Token: j.Token}, Verb: verb, Why: "because"}
	}
	return all
}

// eventually waits until is answers true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(20 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatalf("in 20 s not %s", what)
		}
	}
}
