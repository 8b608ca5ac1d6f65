package tasuki

import (
	"context"
	"errors"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestAFaultOfOursInTheVerdictMakesTheJobDeadAndNotTheWorker(t *testing.T) {
	held := store.NewHeld("w", store.Claim{ID: "j", Token: 7})
	r := &run{ctx: t.Context(), held: held, handler: &Handler{}, seq: 1,
		root: &scope{Loops: map[string]*loopState{"never nil": nil}}}
	o, ok := r.verdict(errors.New("x"))
	if !ok || o.Verb != store.Bury || o.Claim != held.Claim || o.Failure == nil || o.Cursor != nil {
		t.Errorf("%v: %+v", ok, o)
	}
}

// loud is an error whose text panics.
type loud struct{}

func (loud) Error() string { panic("no text") }

func TestAnErrorThatPanicsFailsTheAttempt(t *testing.T) {
	r := &run{ctx: context.Background(), held: store.NewHeld("w", store.Claim{ID: "j"}), handler: &Handler{}}
	if o, ok := r.verdict(loud{}); !ok || o.Verb != store.Fail || o.Failure.Class != "panic" {
		t.Errorf("%v: %+v", ok, o)
	}
}
