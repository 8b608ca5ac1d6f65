package tasuki

import (
	"sync"
	"time"
)

// A pulse knows when the store last answered a beat, counted from its sending.
// A worker whose pulse is not fresh may already be taken for dead: it begins no
// item and no claim.
type pulse struct {
	limit time.Duration

	mu      sync.Mutex
	last    time.Time
	changed chan struct{}
}

func newPulse(limit time.Duration) *pulse { return &pulse{limit: limit, changed: make(chan struct{})} }

func (p *pulse) answered(sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = sent
	close(p.changed)
	p.changed = make(chan struct{})
}

// age is how long ago the last answered beat was sent.
func (p *pulse) age() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.last)
}

// fresh says whether work may begin; the channel is closed by the next answered
// beat.
func (p *pulse) fresh() (bool, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.last) < p.limit, p.changed
}
