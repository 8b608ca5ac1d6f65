//go:build unix

package chain_test

import (
	"strconv"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func itoa(n int) string { return strconv.Itoa(n) }
