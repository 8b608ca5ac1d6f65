package loop

import (
	"context"
	"sync/atomic"
)

// Together is a context for what is done for several callers at once: it ends when all
// of theirs have, and has the values of the first. It must be told when it is not needed
// any more. There is at least one.
func Together(callers ...context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(callers[0]))
	for _, c := range callers {
		if c.Done() == nil {
			return ctx, cancel // that one never ends
		}
	}
	var left atomic.Int64
	left.Store(int64(len(callers)))
	stops := make([]func() bool, len(callers))
	for i, c := range callers {
		stops[i] = context.AfterFunc(c, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
