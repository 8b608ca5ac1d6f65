package tasukitest

import (
	"sync"
	"time"
)

// A Clock is a store's clock that stands still until it is turned on. The zero
// Clock begins at the time of its first use.
//
//	var clock tasukitest.Clock
//	st, err := sqlite.Open(ctx, file, sqlite.Options{Clock: clock.Now})
//	box := tasukitest.New(t, cfg, tasukitest.On(st, &clock))
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// Turn moves the clock on by d. Nothing runs by it; [Box.Pass] turns and runs.
func (c *Clock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.read().Add(d)
}

// Set makes the clock show t: for tests of what happens at a certain date.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// read is the time. Called with mu held.
func (c *Clock) read() time.Time {
	if c.now.IsZero() {
		c.now = time.Now()
	}
	return c.now
}
