package store

import "time"

// Features says what a store can do. storetest runs each promise on a store
// that claims it and asserts ErrUnsupported on one that does not; the engine
// refuses a configuration that needs what is missing.
type Features struct {
	Name string // "sqlite", "memory", …

	// Kinds: jobs of unknown kinds cost a claim nothing. Without it a claim
	// looks past a bounded number of them, may hold some for a moment without
	// counting anything, and Wait may come early.
	Kinds bool
	// Order: the order inside a queue is exact. Without it the front and the old
	// place are one place, and due jobs queue up as they are noticed.
	Order bool
	// IDs: an id is known as long as its job is in the store, and for Remember
	// after its end. Without it: for Remember after its Enqueue, and twice that at
	// most.
	IDs bool

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

	Schedules bool // Scheduler
	Marks     bool // Marker

	// Remember is how long ids are known after their job's end.
	Remember time.Duration
	// MaxPayload is the store's limit in bytes on arguments.
	MaxPayload int
	// Commit says that the concrete store has Commit and EnqueueTx.
	Commit bool
}
