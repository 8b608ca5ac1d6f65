//go:build !unix

package redistest

import "syscall"

// Signals that are not there. Sending them fails.
const (
	freeze = syscall.Signal(19)
	thaw   = syscall.Signal(18)
	kill   = syscall.SIGKILL
)

var ownSession *syscall.SysProcAttr
