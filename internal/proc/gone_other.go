//go:build !unix

package proc

import (
	"errors"
	"os"
)

func isGone(err error) bool { return errors.Is(err, os.ErrNotExist) }
