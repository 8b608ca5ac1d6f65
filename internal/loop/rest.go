package loop

import (
	"context"
	"time"
)

// Rest waits, and answers false if ctx ends meanwhile.
func Rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
