// Package loop runs an actor's steps and is the only place of this project that
// sleeps.
package loop

import (
	"context"
	"time"
)

// Never is a pause that only a wake ends.
const Never time.Duration = -1

// A Wake makes a waiting loop run its next step. Rings while a step runs are
// kept as one.
type Wake chan struct{}

// NewWake makes a Wake.
func NewWake() Wake { return make(Wake, 1) }

// Ring wakes the loop. It never blocks.
func (w Wake) Ring() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// Run calls step, waits as long as it answered (Never: until woken), and calls
// it again, until ctx ends. A step in progress is not cut off; it sees ctx.
func Run(ctx context.Context, wake Wake, step func(context.Context) time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		pause := step(ctx)
		if pause == 0 {
			continue
		}
		var due <-chan time.Time
		if pause > 0 {
			timer.Reset(pause)
			due = timer.C
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-due:
		}
		timer.Stop()
	}
}

// Sleep waits for d or until ctx ends, and says whether d passed.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Backoff is a pause that doubles from Min to Max until it is Reset.
type Backoff struct {
	Min, Max time.Duration
	next     time.Duration
}

// Next is the pause to make now.
func (b *Backoff) Next() time.Duration {
	d := max(b.next, b.Min)
	b.next = min(2*d, b.Max)
	return d
}

// Reset starts again from Min.
func (b *Backoff) Reset() { b.next = 0 }
