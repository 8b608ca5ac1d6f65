package supervise

import (
	"time"
)

// A State is how a set of workers is.
type State string

// The states there are.
const (
	// Running: each slot has a worker that works.
	Running State = "running"
	// Degraded: some slot has none, or nobody looks after the workers, or the supervisor
	// does not answer.
	Degraded State = "degraded"
	// Starting: the supervisor has not had the time to start all.
	Starting State = "starting"
	// Stopping: the workers were told to end.
	Stopping State = "stopping"
	// Stopped: there is no supervisor and no worker.
	Stopped State = "stopped"
)

// ExitCode is what the Linux Standard Base has a status command answer: 0 running, 3 not
// running, 4 something else.
func (s State) ExitCode() int {
	switch s {
	case Running:
		return 0
	case Stopped:
		return 3
	}
	return 4
}

// A Status is how a set of workers is at one moment.
type Status struct {
	Name       string            `json:"name"`
	Dir        string            `json:"dir"`
	State      State             `json:"state"`
	Why        []Trouble         `json:"why,omitempty"`
	At         time.Time         `json:"at"`
	Supervisor *SupervisorStatus `json:"supervisor,omitempty"` // nil: there is none
	Want       int               `json:"want,omitempty"`       // how many slots there are to be
	Generation int               `json:"generation,omitempty"` // the newest
	Restart    *RestartStatus    `json:"restart,omitempty"`    // under way, or the last one
	Slots      []SlotStatus      `json:"slots,omitempty"`
	Refused    *Refusal          `json:"refused,omitempty"` // why `ensure` starts nothing
}

// A Trouble is why not all is well, and what to do about it.
type Trouble struct {
	What string `json:"what"`
	Hint string `json:"hint,omitempty"`
}

// A SupervisorStatus is about the supervisor's own process.
type SupervisorStatus struct {
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	File      string    `json:"file,omitempty"` // its configuration's
	Log       string    `json:"log,omitempty"`
	Stop      float64   `json:"stop_seconds,omitempty"` // at most; then workers are killed
	StopFrom  string    `json:"stop_from,omitempty"`    // where that figure is from
	Protected bool      `json:"protected,omitempty"`    // its ECS task is kept from being scaled in
}

// A RestartStatus is about a replacement of all workers.
type RestartStatus struct {
	State      string    `json:"state"` // underway, done, failed
	Generation int       `json:"generation"`
	BeganAt    time.Time `json:"began_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	Error      string    `json:"error,omitempty"`
	Waits      string    `json:"waits,omitempty"` // why it cannot go on for now
}

// A SlotStatus is one of the places of workers.
type SlotStatus struct {
	Slot     int            `json:"slot"`
	Broken   string         `json:"broken,omitempty"`   // why no worker is started any more
	Waits    string         `json:"waits,omitempty"`    // why none is started for now: somebody may be its worker who cannot be seen
	Failures int            `json:"failures,omitempty"` // workers in a row that ended too soon
	NextAt   time.Time      `json:"next_at,omitzero"`   // when the next is started
	Last     string         `json:"last,omitempty"`     // how the last worker ended
	LastAt   time.Time      `json:"last_at,omitzero"`   // when, to a quarter of a second
	Workers  []WorkerStatus `json:"workers"`            // that live; the one that is to stay first
}

// A WorkerStatus is one process.
type WorkerStatus struct {
	Worker     string    `json:"worker"` // its identity
	PID        int       `json:"pid"`
	Generation int       `json:"generation"`
	State      string    `json:"state"` // starting, working, quiet, stopping, killed; alone: nobody looks after it
	Since      time.Time `json:"since"`
	StartedAt  time.Time `json:"started_at"`
	Why        string    `json:"why,omitempty"`          // it is to end
	Given      float64   `json:"given_seconds,omitzero"` // before it was killed
	Name       string    `json:"name,omitempty"`         // in its store
	Busy       *int      `json:"busy,omitempty"`         // jobs that run; nil: it does not tell
	Held       int       `json:"held,omitempty"`         // those that cannot be handed over
	Done       int64     `json:"done,omitempty"`         // jobs ended
	Status     string    `json:"status,omitempty"`       // what it says of itself
	Memory     int64     `json:"memory_bytes,omitempty"`
	Note       string    `json:"note,omitempty"`    // what is wrong with it
	Adopted    bool      `json:"adopted,omitempty"` // a supervisor before this one started it
}

// A Refusal is a configuration with which nothing could work.
type Refusal struct {
	At    time.Time `json:"at"`
	Hash  string    `json:"hash"` // of the configuration; another one is tried again
	Error string    `json:"error"`
}

// Living are all workers that live.
func (s *Status) Living() []WorkerStatus {
	var all []WorkerStatus
	for _, slot := range s.Slots {
		all = append(all, slot.Workers...)
	}
	return all
}

// Fresh is the worker of a slot that is to stay.
func (s *SlotStatus) Fresh() *WorkerStatus {
	for i := range s.Workers {
		if s.Workers[i].Why == "" {
			return &s.Workers[i]
		}
	}
	return nil
}

// Works says whether the slot has a worker that takes jobs.
func (s *SlotStatus) Works() bool {
	for i := range s.Workers {
		if s.Workers[i].State == "working" {
			return true
		}
	}
	return false
}
