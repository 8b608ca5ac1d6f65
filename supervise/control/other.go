//go:build !linux

package control

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// A Service is a supervisor that can be asked and told, on Linux.
type Service struct {
	Settings *settings.Settings
	Grace    time.Duration
	StopFrom string
	Up       func()
	Reload   <-chan os.Signal
}

var errSystem = errors.New("supervise: it knows processes as Linux has them (hint: elsewhere let the system's own service manager run the workers)")

// Run refuses.
func (*Service) Run(context.Context) error { return errSystem }

// Look refuses.
func Look(string) (*supervise.Status, error) { return nil, errSystem }

// Ask refuses.
func Ask(string) (*supervise.Status, error) { return nil, errSystem }

// Tell refuses.
func Tell(context.Context, string, Order, func(*supervise.Status)) error { return errSystem }

// StopAlone refuses.
func StopAlone(context.Context, *settings.Settings) error { return errSystem }

// Refuse refuses.
func Refuse(string, string, error) error { return errSystem }

// Refused knows of none.
func Refused(string) *supervise.Refusal { return nil }
