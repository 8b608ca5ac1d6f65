//go:build !linux

package main

import (
	"os"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// spawn cannot be reached: nobody gets the lock.
func spawn(*settings.Settings, *os.File) (*daemon, error) {
	_, err := supervise.Claim("")
	return nil, err
}

func (*daemon) born() error { return nil }

func detach() {}
