// Package byhand is a worker that a test of a store plays: it beats, claims and settles
// call by call. What a call answers as an error ends the test.
package byhand

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Beat makes a worker known, or known still.
func Beat(t testing.TB, s store.Consumer, worker string, n uint64, claims ...store.Claim) store.BeatReply {
	t.Helper()
	r, err := s.Beat(t.Context(), store.BeatRequest{
		Worker: store.Worker{Name: worker, Beat: n, State: store.Working, Busy: len(claims)}, Claims: claims,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Add enqueues n jobs of the kind k and answers their ids.
func Add(t testing.TB, s store.Producer, n int) []string {
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

// Request asks for jobs of the kind k in the default queue.
func Request(worker string, n int) store.ClaimRequest {
	return store.ClaimRequest{
		Worker: worker, Token: store.NewToken(), Max: n, Suspects: n,
		Queues: []store.QueueWant{{Name: store.DefaultQueue}}, Kinds: []string{"k"},
	}
}

// Claim takes up to n jobs by such a request.
func Claim(t testing.TB, s store.Consumer, worker string, n int) []store.Record {
	t.Helper()
	r, err := s.Claim(t.Context(), Request(worker, n))
	if err != nil {
		t.Fatal(err)
	}
	return r.Jobs
}

// ClaimOf is the claim of a job that runs.
func ClaimOf(j store.Record) store.Claim { return store.Claim{ID: j.ID, Token: j.Token} }

// Outcomes end jobs that run with one verb.
func Outcomes(jobs []store.Record, verb store.Verb) []store.Outcome {
	all := make([]store.Outcome, len(jobs))
	for i, j := range jobs {
		all[i] = store.Outcome{Claim: ClaimOf(j), Verb: verb, Why: "because"}
	}
	return all
}

// patience is how long Eventually waits.
const patience = 30 * time.Second

// Eventually waits until is answers true; what says that it is so.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(patience)
	for !is() {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatalf("in %v not %s", patience, what)
		}
	}
}
