//go:build unix

package demo

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C at the terminal from the workers: the demo itself says
// what becomes of them.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
