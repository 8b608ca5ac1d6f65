package control

import (
	"errors"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// The control socket is a stream of lines, each a JSON object: one request of who connects,
// then replies until the last, which says that it is done. Only the user whose the
// directory is, and root, are heard.

const (
	protocol    = 1 // of the lines; another one is refused with words that a person understands
	controlFile = "control"

	maxRequest = 64 << 10         // bytes
	maxCallers = 64               // at a time
	askWithin  = 5 * time.Second  // how long a request may take to arrive
	sendWithin = 10 * time.Second // how long a caller may take to read a line
	lastWithin = time.Second      // the same once the supervisor has ended
	lookEvery  = 100 * time.Millisecond
	sayEvery   = time.Second // a reply at least, so that a caller knows that it is waited for
)

// An Order is what a supervisor is told to do.
type Order struct {
	Protocol int    `json:"protocol"`
	Do       string `json:"do"` // status, restart, stop

	// StopFirst is for a restart: old workers end before new ones start.
	StopFirst bool `json:"stop_first,omitempty"`
	// Flags are for a restart: keys of the configuration that go before what they were. The
	// file is read again.
	Flags map[string][]string `json:"flags,omitempty"`
	// Kill is for a stop: after so many seconds workers that still run are killed. 0: as
	// the configuration says.
	Kill float64 `json:"kill_seconds,omitempty"`
}

// A reply is a line of the supervisor's.
type reply struct {
	Protocol int               `json:"protocol"`
	Status   *supervise.Status `json:"status,omitempty"`
	Done     bool              `json:"done,omitempty"`
	Error    string            `json:"error,omitempty"`
	Config   bool              `json:"config,omitempty"` // the error is a configuration's
}

// ErrNobody: no supervisor answers in this directory.
var ErrNobody = errors.New("no supervisor is running")

// ErrRefused: the configuration cannot be worked with.
var ErrRefused = errors.New("the configuration was refused")
