package store

import "time"

// A Filter selects jobs. Fields are joined by and, values of one field by or.
type Filter struct {
	IDs    []string
	States []State
	Queues []string
	Kinds  []string
	Tags   []string
	Worker string
	// All selects every job even if nothing else is said. Move needs it to
	// touch everything; List does without.
	All bool
}

// Empty says whether nothing was asked for.
func (f *Filter) Empty() bool {
	return !f.All && len(f.IDs) == 0 && len(f.States) == 0 && len(f.Queues) == 0 &&
		len(f.Kinds) == 0 && len(f.Tags) == 0 && f.Worker == ""
}

// A ListRequest asks for one page.
type ListRequest struct {
	Filter
	After string // Page.Next of the page before; empty: the first
	Limit int    // 0: 100; at most 1000
}

// A Page is one page of jobs. It may hold fewer than Limit, or none, and still
// have a Next.
type Page struct {
	Jobs []Record
	Next string // empty: this was the last
}

// Stats are counts at one moment.
type Stats struct {
	Queues []QueueStats `json:"queues"` // by name
	// Done and Failed count outcomes since the store was made: jobs done, and
	// attempts that failed.
	Done   int64 `json:"done"`
	Failed int64 `json:"failed"`
}

// QueueStats are the counts of one queue.
type QueueStats struct {
	Name   string        `json:"name"`
	Paused bool          `json:"paused,omitempty"`
	Counts map[State]int `json:"counts"`
	// Latency is how long the oldest ready job has been ready.
	Latency time.Duration `json:"latency,omitempty"`
}

// A WorkersRequest asks for workers in name order.
type WorkersRequest struct {
	After   string
	Limit   int
	Foreign bool // also workers that are not tasuki's
}

// A MoveRequest brings jobs to a state; see Admin.Move.
type MoveRequest struct {
	Filter
	To  State
	Why string // kept on the job and in its journal
}
