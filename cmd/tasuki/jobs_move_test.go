package main

import (
	"bytes"
	"context"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A cutShort is a store in whose Move somebody presses Ctrl-C.
type cutShort struct {
	store.Store
	press context.CancelCauseFunc
}

func (s cutShort) Move(ctx context.Context, _ store.MoveRequest) (int, error) {
	s.press(signalError{syscall.SIGINT})
	return 1500, ctx.Err()
}

func TestAMoveThatIsInterruptedSaysHowFarItCame(t *testing.T) {
	ctx, press := context.WithCancelCause(t.Context())
	st := memory.New(memory.Options{})
	if _, err := st.Enqueue(ctx, []store.Job{{ID: "a", Kind: "mail"}}); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := &caller{ctx: ctx, out: &out, err: &errs}
	m := mover{caller: c, filter: store.Filter{All: true}, verb: &clearVerb}
	if code := c.report(m.run(cutShort{st, press}, bulk{Yes: true})); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if got := errs.String(); !strings.HasPrefix(got, "tasuki: ended by interrupt: moving jobs (1500 jobs were deleted before that): ") {
		t.Errorf("it says %q", got)
	}
	if out.Len() > 0 {
		t.Errorf("it prints %q", &out)
	}
}

// What a person could not have seen when they said yes is not moved.
func TestAMoveTouchesOnlyTheStatesThatWereCounted(t *testing.T) {
	states := func(f store.Filter, v *moveVerb) string {
		m := mover{verb: v, filter: f}
		var names []string
		for _, s := range m.narrow().States {
			names = append(names, string(s))
		}
		return strings.Join(names, " ")
	}
	for _, one := range []struct {
		filter store.Filter
		verb   moveVerb
		want   string
	}{
		{store.Filter{All: true}, clearVerb, "scheduled ready retry"},
		{store.Filter{Queues: []string{"q"}}, moveVerb{from: []store.State{store.Ready}, told: true}, "ready running"},
		{store.Filter{States: []store.State{store.Dead, store.Ready}}, clearVerb, "ready"},
	} {
		if got := states(one.filter, &one.verb); got != one.want {
			t.Errorf("%+v moves %q, want %q", one.filter, got, one.want)
		}
	}
}
