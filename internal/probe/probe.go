// Package probe lets tests of handlers stand at the points where the engine asks
// whether work may go on. It is how tasukitest interrupts a job where it is told to.
package probe

import "context"

// A Point is a moment before an item or a step begins.
type Point struct {
	Path string // of the loop or the step: "each", "lines", "lines/charge"
	Step bool
	Item int64 // for a loop: which item of this run it would be, from 1
}

type (
	atKey   struct{}
	saveKey struct{}
)

// With lets at be called at every point of the jobs that run under ctx, in the
// job's goroutine. How far such a job is gets into the store only where somebody
// waits for it: a step that is done, Save, the run's end. So it does not depend on
// the time that items take what a kill finds there.
func With(ctx context.Context, at func(context.Context, Point)) context.Context {
	return context.WithValue(ctx, atKey{}, at)
}

// From answers what With set, or nil.
func From(ctx context.Context) func(context.Context, Point) {
	at, _ := ctx.Value(atKey{}).(func(context.Context, Point))
	return at
}

// WithSave is for the engine: a job's context, and what Save calls under it.
func WithSave(ctx context.Context, save func(context.Context) error) context.Context {
	return context.WithValue(ctx, saveKey{}, save)
}

// Save waits until all that is done in the job that runs under ctx is in the store.
func Save(ctx context.Context) error {
	if save, ok := ctx.Value(saveKey{}).(func(context.Context) error); ok {
		return save(ctx)
	}
	return nil
}
