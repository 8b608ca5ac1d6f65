package sqlstore

import (
	"errors"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// batchOf is a batch of n outcomes.
func batchOf(n int) *store.SettleRequest {
	return &store.SettleRequest{Batch: 1, Outcomes: make([]store.Outcome, n)}
}

func TestABatchIsAnsweredAgainAsItWas(t *testing.T) {
	why := errors.New("too long")
	kept := Answers([]store.Result{{What: store.Applied}, {What: store.Lost}, {What: store.Refused, Err: why}})
	got, ok, err := Again(batchOf(3), kept)
	if !ok || err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v, %v", got, ok, err)
	}
	if got[0].What != store.Already || got[1].What != store.Lost || got[2].What != store.Refused {
		t.Errorf("%+v", got)
	}
	if err := got[2].Err; err == nil || err.Error() != why.Error() || !errors.Is(err, store.ErrInvalid) {
		t.Errorf("it was refused for %v, want %v", err, why)
	}
}

func TestAnotherBatchOfTheSameNumberIsRefused(t *testing.T) {
	if _, ok, err := Again(batchOf(2), Answers(make([]store.Result, 3))); ok || !errors.Is(err, store.ErrInvalid) {
		t.Errorf("%v, %v", ok, err)
	}
}

// Somebody may have put anything into the column.
func TestAnswersThatCannotBeReadAreNone(t *testing.T) {
	for _, kept := range []string{"", "{", "[1]", `{"outcomes":1,"not":{"1":{"what":"lost"}}}`, `{"outcomes":1,"not":{"-1":{"what":"lost"}}}`} {
		if got, ok, err := Again(batchOf(1), kept); ok || err != nil {
			t.Errorf("%q: %+v, %v", kept, got, err)
		}
	}
}
