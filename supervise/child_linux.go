package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A child is the process of a worker, started by this supervisor or taken over.
type child struct {
	*process
	id    host.Identity
	fd    int // of the process: it never means another one
	hears *hears
	cmd   *exec.Cmd // nil: taken over
	ooms  ooms
	kept  course // as it was last written down
}

// lockFD is where a worker finds its slot's lock.
const lockFD = 3

// signal sends a signal to the process and no other.
func (c *child) signal(sig syscall.Signal) error {
	return unix.PidfdSendSignal(c.fd, sig, nil, 0)
}

// watchable says why processes cannot be watched here: no end of a worker would be seen, and
// a signal might meet somebody else.
func watchable() error {
	call := "pidfd_open"
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err == nil {
		call, err = "pidfd_send_signal", unix.PidfdSendSignal(fd, 0, nil, 0)
		unix.Close(fd)
	}
	if err != nil {
		return wrong(fmt.Sprintf("processes cannot be watched here: %s: %v", call, err), "it takes Linux 5.4 or newer, and in a container a seccomp profile that knows it, as Docker's does from 20.10 on")
	}
	return nil
}

// watch calls ended when the process has ended, unless quit is closed before.
func (c *child) watch(quit int, ended func()) {
	fds := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}, {Fd: int32(quit), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, -1)
		if err != nil && err != unix.EINTR {
			return
		}
		if fds[0].Revents != 0 {
			ended()
			return
		}
		if fds[1].Revents != 0 {
			return
		}
	}
}

// An ending is what is seen of a worker when it has ended, before it is buried.
type ending struct {
	exit
	left   []proc.Process // of its group, that live on
	killed []proc.Process // of its group, with it
}

// autopsy sees how a process ended. Where jobs of a worker of ours run anew elsewhere, the
// programs that they started are killed first.
func (c *child) autopsy(ours bool) ending {
	e := ending{exit: exit{Unknown: true}}
	if c.cmd != nil {
		e.exit = peek(c.fd)
	} else {
		e.exit = c.lastWords()
	}
	said := c.hears.last()
	e.left = c.leftIn()
	if ours && len(e.left) > 0 && !said.partedWell(e.exit) && !has(e.left, said.pid()) {
		e.left, e.killed = nil, c.killGroup()
	}
	return e
}

// bury reaps a process that has ended.
func (c *child) bury() {
	c.hears.close()
	if c.cmd != nil {
		c.cmd.Wait()
	}
	unix.Close(c.fd)
}
