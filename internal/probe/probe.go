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

type key struct{}

// With lets at be called at every point of the jobs that run under ctx, in the
// job's goroutine.
func With(ctx context.Context, at func(context.Context, Point)) context.Context {
	return context.WithValue(ctx, key{}, at)
}

// From answers what With set, or nil.
func From(ctx context.Context) func(context.Context, Point) {
	at, _ := ctx.Value(key{}).(func(context.Context, Point))
	return at
}
