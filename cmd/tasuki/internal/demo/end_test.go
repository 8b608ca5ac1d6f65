package demo

import (
	"context"
	"errors"
	"os"
	"testing"
)

// A cut ends a context as soon as something is said.
type cut struct{ end func() }

func (c cut) Write(b []byte) (int, error) {
	c.end()
	return len(b), nil
}

func TestADemoThatIsBrokenOffAnswersTheCauseWhereverItWas(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	told := errors.New("told to end")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := Run(ctx, Options{Dir: "one", Program: []string{os.Args[0]}, Out: cut{func() { cancel(told) }}})
	if !errors.Is(err, told) {
		t.Errorf("the demo's error is %v, not the cause of its context's end", err)
	}
}
