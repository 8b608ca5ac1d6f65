//go:build unix

package redistest

import "syscall"

const (
	freeze = syscall.SIGSTOP
	thaw   = syscall.SIGCONT
	kill   = syscall.SIGKILL
)

var ownSession = &syscall.SysProcAttr{Setsid: true}
