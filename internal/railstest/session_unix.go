//go:build unix

package railstest

import "syscall"

var ownSession = &syscall.SysProcAttr{Setsid: true}
