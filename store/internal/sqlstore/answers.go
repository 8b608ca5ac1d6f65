package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

// An answer is one result of a batch that was not Applied, as it is kept for a
// resend.
type answer struct {
	What store.ResultWhat `json:"what"`
	Why  string           `json:"why,omitempty"`
}

// kept is the answer to a whole batch.
type kept struct {
	Outcomes int            `json:"outcomes"`
	Not      map[int]answer `json:"not,omitempty"` // by index: what was not Applied
}

// Answers is what is kept of the results of a batch.
func Answers(results []store.Result) string {
	k := kept{Outcomes: len(results)}
	for i, r := range results {
		if r.What == store.Applied {
			continue
		}
		if k.Not == nil {
			k.Not = map[int]answer{}
		}
		a := answer{What: r.What}
		if r.Err != nil {
			a.Why = r.Err.Error()
		}
		k.Not[i] = a
	}
	return JSON(&k)
}

// Again are the results of a batch that was applied before. False: what is kept of
// it cannot be read.
func Again(req *store.SettleRequest, answers string) ([]store.Result, bool, error) {
	var k kept
	if json.Unmarshal([]byte(answers), &k) != nil {
		return nil, false, nil
	}
	if k.Outcomes != len(req.Outcomes) {
		return nil, false, fmt.Errorf("batch %d had %d outcomes when it was applied, now %d: %w",
			req.Batch, k.Outcomes, len(req.Outcomes), store.ErrInvalid)
	}
	results := make([]store.Result, k.Outcomes)
	for i := range results {
		results[i].What = store.Already
	}
	for i, a := range k.Not {
		if i < 0 || i >= len(results) {
			return nil, false, nil
		}
		results[i] = store.Result{What: a.What}
		if a.Why != "" {
			results[i].Err = refusal{a.Why}
		}
	}
	return results, true, nil
}

// A refusal is the error of a Refused outcome, read back.
type refusal struct{ why string }

func (r refusal) Error() string { return r.why }
func (r refusal) Unwrap() error { return store.ErrInvalid }

// JSON is v, one of the stores' own plain structs, as JSON.
func JSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T does not become JSON: %v", v, err))
	}
	return string(text)
}
