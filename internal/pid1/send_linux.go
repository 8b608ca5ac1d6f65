package pid1

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// send sends a signal to the process that was seen, never to another that has its pid by
// now.
func send(p proc.Process, sig syscall.Signal) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err == nil {
		defer unix.Close(fd)
	}
	if now, seen := proc.Read(p.PID); seen != nil || !now.Is(p) {
		return syscall.ESRCH
	}
	if err == nil {
		err = unix.PidfdSendSignal(fd, sig, nil, 0)
	}
	if err == nil || err == syscall.ESRCH {
		return err
	}
	// A kernel without pidfds, or a filter of system calls, which may answer EPERM: whether it is
	// allowed says the old call.
	return syscall.Kill(p.PID, sig)
}
