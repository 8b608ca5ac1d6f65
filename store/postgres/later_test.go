package postgres

import (
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestAnOutcomeWhoseJobsDependOnAnOpenTransactionHoldsUpNoOther: it is written once
// that has ended, and its jobs are judged by how.
func TestAnOutcomeWhoseJobsDependOnAnOpenTransactionHoldsUpNoOther(t *testing.T) {
	for name, same := range map[string][2]store.Job{
		"key":  {{ID: "theirs", Kind: "other", Unique: "u"}, {ID: "ours", Kind: "other", Unique: "u"}},
		"tick": {{ID: "theirs", Kind: "other", Tick: store.Tick{Schedule: "s", N: 5}}, {ID: "ours", Kind: "other", Tick: store.Tick{Schedule: "s", N: 5}}},
		"id":   {{ID: "theirs", Kind: "other"}, {ID: "theirs", Kind: "other"}},
	} {
		for _, committed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, committed: %v", name, committed), func(t *testing.T) {
				s, _ := openTemp(t, Options{})
				beat(t, s, "w", 1)
				addNamed(t, s, "x", "y")
				tx := mustBegin(t, s)
				if err := s.EnqueueTx(t.Context(), tx, same[0]); err != nil {
					t.Fatal(err)
				}
				batch := outcomes(claim(t, s, "w", 2), store.Finish)
				batch[0].Enqueue = []store.Job{{ID: "first", Kind: "other"}, same[1]}
				for n, want := range []string{"later applied", "later already"} {
					r, err := s.Settle(soon(t), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: batch})
					if err != nil || whats(r.Results) != want {
						t.Fatalf("sending %d: %s, %v, want %s", n, whats(r.Results), err, want)
					}
				}
				if got := states(t, s)["x"]; got != store.Running {
					t.Errorf("x is %q while its outcome waits", got)
				}
				the(t, s, "x")
				if committed {
					if err := tx.Commit(t.Context()); err != nil {
						t.Fatal(err)
					}
					same[1] = same[0]
				} else if err := tx.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := whats(settle(t, s, "w", 2, batch[0])); got != "applied" {
					t.Errorf("after the transaction: %s", got)
				}
				the(t, s, "first", same[1].ID)
			})
		}
	}
}

// TestManyOutcomesThatDependOnOpenTransactionsAreAnsweredSoon: each alone may wait for
// a moment, all together not for so many.
func TestManyOutcomesThatDependOnOpenTransactionsAreAnsweredSoon(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	const n = 300 // with a moment for each they would take 15 s
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint("job-", i))
	}
	addNamed(t, s, ids...)
	tx := mustBegin(t, s)
	if err := s.EnqueueTx(t.Context(), tx, keyed("theirs", n)...); err != nil {
		t.Fatal(err)
	}
	batch := outcomes(claim(t, s, "w", n), store.Fail)
	for i, j := range keyed("ours", n) {
		batch[i].Enqueue = []store.Job{j}
	}
	r, err := s.Settle(soon(t), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: batch})
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range r.Results {
		if result.What != store.Later {
			t.Errorf("outcome %d is %s", i, result.What)
		}
	}
}
