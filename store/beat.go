package store

import "time"

// WorkerState is what a worker is doing, as it last said.
type WorkerState string

const (
	Working  WorkerState = "working"
	Quiet    WorkerState = "quiet"    // claims no more
	Stopping WorkerState = "stopping" // and will exit
	Leaving  WorkerState = "leaving"  // its last beat; its process exits now
)

// A Worker is a process that runs jobs, as it says of itself. Name is
// host:pid:nonce and is never used twice.
type Worker struct {
	Name  string      `json:"name"`
	Beat  uint64      `json:"beat"`
	State WorkerState `json:"state"`

	Slots  int      `json:"slots"`
	Busy   int      `json:"busy"`
	Queues []string `json:"queues,omitempty"`
	// Weights are those of Queues, in their order; empty: strict order.
	Weights []int    `json:"weights,omitempty"`
	Kinds   []string `json:"kinds,omitempty"` // all that it claims
	Version string   `json:"version,omitempty"`
	Tag     string   `json:"tag,omitempty"`
	// Stuck are ids of jobs that outlived their timeout; on Leaving, of all
	// jobs that still ran.
	Stuck []string `json:"stuck,omitempty"`

	// Foreign: not one of tasuki's. It does not beat; Beat is a number that the
	// store makes up for Release, and its name may come again.
	Foreign bool `json:"foreign,omitempty"`

	// Standstill is how long its beat may be seen to stand still before it is
	// released; who watches with a longer one of its own takes that.
	Standstill time.Duration `json:"standstill,omitempty"`

	// Process says where it runs, for a witness on the same machine.
	Process Process `json:"process,omitzero"`

	// Set by the store.
	StartedAt time.Time `json:"started_at,omitzero"` // of its first beat
	BeatAt    time.Time `json:"beat_at,omitzero"`    // of its last; for people, liveness never reads it
}

// A Process identifies a process among all that ever were on a machine.
type Process struct {
	Host  string `json:"host,omitempty"`
	PID   int    `json:"pid,omitempty"`
	Boot  string `json:"boot,omitempty"`  // the kernel's boot id
	Space string `json:"space,omitempty"` // the PID namespace
	Start uint64 `json:"start,omitempty"` // start time in ticks since boot
}

// A BeatRequest is one heartbeat.
type BeatRequest struct {
	Worker Worker
	// Claims is every claim held, unfinished outcomes included; first those whose
	// handlers run, at most Worker.Busy.
	Claims     []Claim
	OrdersSeen uint64
}

// A BeatReply is what a worker must know.
type BeatReply struct {
	Stale     bool    // the number was not above the stored one; nothing happened
	Lost      []Claim // named, but not this worker's any more
	Cancelled []Claim // shall be cancelled
	Returned  int     // claims that nobody named and that went back
	Orders    []Order
}

// OrderKind is what a person tells a worker to do.
type OrderKind string

const (
	OrderQuiet  OrderKind = "quiet"
	OrderResume OrderKind = "resume"
	OrderStop   OrderKind = "stop"
	OrderDump   OrderKind = "dump" // write all goroutines to the log
)

// An Order is one order to one worker; N rises.
type Order struct {
	N    uint64
	What OrderKind
}
