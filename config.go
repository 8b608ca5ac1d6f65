package tasuki

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Config says how a worker works. The zero Config works: a worker without
// handlers that claims nothing, beats and watches.
type Config struct {
	// Handlers run the jobs, one per kind. Jobs of other kinds are left alone.
	Handlers []Handler
	// Queues are the queues to take from. Default: "default". If no weight is
	// set the order is strict: a later queue is looked at only when the
	// earlier ones have nothing. With weights each claim draws by them.
	Queues []WeightedQueue
	// Schedules are the jobs that come by the clock, one per name. The store must
	// keep schedules (Features.Schedules).
	Schedules []Schedule
	// Slots is how many jobs run at once. Default 10.
	Slots int
	// ReadAhead is the most jobs claimed beyond the free slots. It is used
	// only as far as jobs end fast enough to need it. Default 10 × Slots,
	// at most 1,000; negative: none.
	ReadAhead int

	// Timeout is how long a stop may take from the first signal to the exit.
	// Default 25 s. Keep it below the platform's grace.
	Timeout time.Duration
	// LastCall is how long before the end of Timeout the contexts of running
	// jobs are cancelled. Default 3 s, or a fifth of a Timeout under 15 s.
	LastCall time.Duration

	// Beat is the time between two heartbeats. Default 3 s.
	Beat time.Duration
	// Standstill is how long another worker's beat must have been seen to
	// stand still before its jobs are released; where two workers differ the
	// longer one counts. Default 4 × Beat; at least that.
	Standstill time.Duration
	// Poll is how long an idle worker waits before it looks for jobs although
	// nothing woke it; five times as long while its store can wake it. Default 1 s.
	Poll time.Duration

	// Middleware wraps every job, the first outermost.
	Middleware []Middleware
	// Logger gets the worker's log. Default: slog.Default().
	Logger *slog.Logger
	// OnEvent is called at each stage of the worker's life, one event after
	// another, in a goroutine of its own. It must not wait for Stop, which
	// waits for it to have heard of the exit.
	OnEvent func(context.Context, Event)
	// OnJob is called when a run of a job has ended, in the run's own goroutine
	// and before the outcome is in the store: it holds the slot, so it must be
	// quick.
	OnJob func(context.Context, JobEnd)
	// Tag is shown beside the worker's name, for people: a release, a role.
	Tag string
}

// A WeightedQueue is a queue and its weight among the others. Weight 0 in all
// means strict order; otherwise 0 counts as 1.
type WeightedQueue struct {
	Name   string
	Weight int
}

const (
	defaultSlots   = 10
	defaultTimeout = 25 * time.Second
	defaultCall    = 3 * time.Second
	defaultBeat    = 3 * time.Second
	defaultPoll    = time.Second
	maxReadAhead   = 1000
	maxSlots       = 100_000
	maxDeaths      = 3 // deaths of one job that make it dead
	minTimeout     = 10 * time.Millisecond
	minBeat        = time.Millisecond
)

// settle fills in the defaults and names the field that cannot be.
func (c *Config) settle() error {
	if err := c.settleStop(); err != nil {
		return err
	}
	if err := c.settleBeat(); err != nil {
		return err
	}
	if c.Slots == 0 {
		c.Slots = defaultSlots
	}
	if c.Slots < 0 || c.Slots > maxSlots {
		return badConfig("Slots", "is %d, must be from 0 to %d", c.Slots, maxSlots)
	}
	if c.ReadAhead > maxSlots {
		return badConfig("ReadAhead", "is %d, must be at most %d", c.ReadAhead, maxSlots)
	}
	if c.ReadAhead == 0 {
		c.ReadAhead = min(10*c.Slots, maxReadAhead)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c.settleQueues()
}

func (c *Config) settleStop() error {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Timeout < minTimeout {
		return badConfig("Timeout", "is %v, must be at least %v", c.Timeout, minTimeout)
	}
	if c.LastCall == 0 {
		c.LastCall = min(defaultCall, c.Timeout/5)
	}
	if c.LastCall < 0 || c.LastCall > c.Timeout {
		return badConfig("LastCall", "is %v, must be between 0 and Timeout (%v)", c.LastCall, c.Timeout)
	}
	return nil
}

func (c *Config) settleBeat() error {
	if c.Beat == 0 {
		c.Beat = defaultBeat
	}
	if c.Beat < minBeat {
		return badConfig("Beat", "is %v, must be at least %v", c.Beat, minBeat)
	}
	if c.Standstill == 0 {
		c.Standstill = 4 * c.Beat
	}
	if c.Standstill < 4*c.Beat {
		return badConfig("Standstill", "is %v, must be at least 4 × Beat (%v)", c.Standstill, 4*c.Beat)
	}
	if c.Poll == 0 {
		c.Poll = defaultPoll
	}
	if c.Poll < 0 {
		return badConfig("Poll", "is %v, must not be negative", c.Poll)
	}
	return nil
}

func (c *Config) settleQueues() error {
	if len(c.Queues) == 0 {
		c.Queues = []WeightedQueue{{Name: store.DefaultQueue}}
	}
	weighted, seen := false, map[string]bool{}
	for i, q := range c.Queues {
		switch {
		case q.Name == "":
			return badConfig(fmt.Sprintf("Queues[%d].Name", i), "is empty")
		case q.Weight < 0:
			return badConfig(fmt.Sprintf("Queues[%d].Weight", i), "is %d, must not be negative", q.Weight)
		case seen[q.Name]:
			return badConfig(fmt.Sprintf("Queues[%d].Name", i), "names %q a second time", q.Name)
		}
		seen[q.Name] = true
		weighted = weighted || q.Weight > 0
	}
	queues := make([]WeightedQueue, len(c.Queues))
	for i, q := range c.Queues {
		if queues[i] = q; weighted {
			queues[i].Weight = max(q.Weight, 1)
		}
	}
	c.Queues = queues
	return nil
}

func badConfig(field, format string, args ...any) error {
	return fmt.Errorf("tasuki.Config.%s %s", field, fmt.Sprintf(format, args...))
}
