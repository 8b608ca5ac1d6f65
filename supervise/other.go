//go:build !linux

package supervise

import (
	"context"
	"errors"
	"os"
)

// ErrRunning: another supervisor works in this directory.
var ErrRunning = errors.New("a supervisor is already running")

// A Supervisor keeps workers running, on Linux.
type Supervisor struct{}

var errSystem = errors.New("supervise: it knows processes as Linux has them (hint: elsewhere let the system's own service manager run the workers)")

// New refuses: what it needs is Linux's own.
func New(cfg Config) (*Supervisor, error) {
	if _, err := cfg.complete(); err != nil {
		return nil, err
	}
	return nil, errSystem
}

// Run refuses too.
func (s *Supervisor) Run(context.Context) error { return errSystem }

// Restart refuses too.
func (s *Supervisor) Restart(context.Context, bool) error { return errSystem }

// Status refuses too.
func (s *Supervisor) Status(context.Context) (*Status, error) { return nil, errSystem }

// Claim refuses.
func Claim(string) (*os.File, error) { return nil, errSystem }

// Isolate refuses.
func Isolate() error { return errSystem }
