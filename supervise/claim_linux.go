package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// supervisorLock is held by the one supervisor of a directory.
const supervisorLock = "supervisor"

// Claim takes the lock of a directory's supervisor, for Config.Lock or for a process that
// inherits it. The lock is held for as long as the file, or a copy of it in another process, is
// open. ErrRunning: somebody has it.
func Claim(dir string) (*os.File, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	r, err := enter(dir)
	if err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	return r.claim()
}

func (r room) claim() (*os.File, error) {
	lock, err := r.lock(supervisorLock)
	switch {
	case errors.Is(err, errTaken):
		return nil, fmt.Errorf("supervise in %s: %w", string(r), ErrRunning)
	case err != nil:
		return nil, fmt.Errorf("supervise: %w", err)
	}
	return lock, nil
}

// A supervisor that was killed while it started a worker has its lock held for a moment by
// what becomes the worker, until that runs its program.
const (
	claimTries = 10
	claimRest  = 10 * time.Millisecond
)

// claim is the lock that this supervisor was given, or takes.
func (s *Supervisor) claim(ctx context.Context) (lock *os.File, err error) {
	if s.cfg.Lock != nil {
		return s.cfg.Lock, nil
	}
	for range claimTries {
		lock, err = s.room.claim()
		if !errors.Is(err, ErrRunning) || !loop.Rest(context.WithoutCancel(ctx), claimRest) {
			break
		}
	}
	return lock, err
}
