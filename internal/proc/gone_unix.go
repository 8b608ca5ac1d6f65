//go:build unix

package proc

import (
	"errors"
	"os"
	"syscall"
)

func isGone(err error) bool { return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
