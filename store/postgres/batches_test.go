package postgres

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestABatchOfAWorkerThatIsBeingReleasedLeavesNothing: what is noted of it once the
// worker is forgotten nobody would remove.
func TestABatchOfAWorkerThatIsBeingReleasedLeavesNothing(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	release := connect(t, g.dsn)
	run(t, release, g.text("BEGIN; DELETE FROM tasuki.batches; DELETE FROM tasuki.workers"))
	answer := make(chan store.SettleReply, 1)
	go func() {
		lost := store.Outcome{Claim: store.Claim{ID: "gone", Token: 1}, Verb: store.Fail}
		r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: []store.Outcome{lost}})
		if err != nil {
			t.Error(err)
		}
		answer <- r
	}()
	waiting(t, connect(t, g.dsn), 1)
	run(t, release, "COMMIT")
	if got := whats((<-answer).Results); got != "lost" {
		t.Errorf("settled: %s", got)
	}
	if n := g.ask(t, "SELECT count(*)::text FROM tasuki.batches"); n != "0" {
		t.Errorf("%s batches of a worker that is forgotten are noted", n)
	}
}
