package store

import "time"

// Features says what a store can do. storetest runs each promise on a store
// that claims it and asserts ErrUnsupported on one that does not; the engine
// refuses a configuration that needs what is missing.
type Features struct {
	Name string // "sqlite", "memory", …

	Priority bool // jobs of one queue are ordered by Job.Priority
	Cursor   bool // cursors and progress are stored
	Unique   bool // Job.Unique
	Then     bool // Outcome.Enqueue
	Keep     bool // Job.Keep and results
	Journal  bool // Record.Journal
	Tags     bool // Job.Tags
	Tick     bool // Job.Tick
	Weights  bool // QueueWant.Share
	Pause    bool // Admin.Pause
	Cancel   bool // cancel of running jobs
	Signal   bool // Admin.Signal

	// Remember is how long ids are known after their job's end.
	Remember time.Duration
	// MaxPayload is the store's limit in bytes on arguments.
	MaxPayload int
	// Commit says that the concrete store has Commit and EnqueueTx.
	Commit bool
}
