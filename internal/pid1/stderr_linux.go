package pid1

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// writeError writes to standard error, past package os, which would make a second
// SIGPIPE of one.
func writeError(line []byte) {
	for len(line) > 0 && !errorBroken() {
		n, err := syscall.Write(2, line)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			unix.Poll([]unix.PollFd{{Fd: 2, Events: unix.POLLOUT}}, -1)
		case err != nil:
			return
		default:
			line = line[n:]
		}
	}
}

// errorBroken says whether nobody reads standard error any more. A SIGPIPE is our own
// then, and not for the worker.
func errorBroken() bool {
	fds := []unix.PollFd{{Fd: 2}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&(unix.POLLERR|unix.POLLNVAL) != 0
}
