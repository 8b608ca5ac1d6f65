//go:build unix

package host

import (
	"fmt"
	"os"
	"syscall"
)

// KeepToOneself keeps an inherited descriptor from the programs that this process
// starts.
func KeepToOneself(fd int) error {
	if fd < 3 {
		return fmt.Errorf("keep descriptor %d to oneself: it is a standard one", fd)
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return fmt.Errorf("keep descriptor %d to oneself: %w", fd, os.NewSyscallError("fstat", err))
	}
	syscall.CloseOnExec(fd)
	return nil
}
