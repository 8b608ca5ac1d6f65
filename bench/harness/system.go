package harness

import (
	"context"
	"sync/atomic"
)

// Args are the arguments of every job that is measured.
type Args struct {
	N  int   `json:"n"`
	At int64 `json:"at"` // when its Enqueue was called, nanoseconds of Unix time
}

// A System is a job system that this process has opened.
type System interface {
	// Enqueue adds jobs by one call: the call for one job if it is one, the
	// bulk call otherwise.
	Enqueue(ctx context.Context, all []Args) error
	// Start begins to work off what there is, at most slots jobs at once.
	Start(ctx context.Context, slots int, do func(Args)) error
	// Stop takes no more jobs, waits for the running ones and records them.
	Stop(ctx context.Context) error
	// Left counts the jobs that are not recorded as done.
	Left(ctx context.Context) (int, error)
	Close() error
}

// A Stranger is a System whose store can hold jobs of a kind that its worker
// does not know, and leaves them alone.
type Stranger interface {
	EnqueueUnknown(ctx context.Context, n int) error
}

// A Holder is a System that can have a transaction open which sees what was there
// when it began.
type Holder interface {
	Hold(ctx context.Context) (release func() error, err error)
}

// A Setup says what to open.
type Setup struct {
	Path       string        // the store
	Statements *atomic.Int64 // if not nil, counts the statements sent to the store
}

// A Contestant is a job system with its settings.
type Contestant struct {
	Name string // in flags and tables
	// Fills names the contestant whose prepared stores this one works off.
	// Empty: its own.
	Fills string
	Open  func(ctx context.Context, s Setup) (System, error)
}

func (c *Contestant) fills() string {
	if c.Fills != "" {
		return c.Fills
	}
	return c.Name
}
