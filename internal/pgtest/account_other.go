//go:build !unix

package pgtest

import (
	"errors"
	"syscall"
)

func (account) attributes() *syscall.SysProcAttr { return nil }

func freeze(int, bool) error { return errors.ErrUnsupported }
