package supervise

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// leftIn are the processes that live in the group of a worker that has ended: programs
// that its jobs started. If this process reaped it they may be anybody's.
func (c *child) leftIn() []proc.Process {
	all, err := proc.All()
	if err != nil {
		return nil
	}
	var left []proc.Process
	for _, p := range all {
		switch {
		case p.PID == c.pid && p.Start != c.id.Start:
			return nil // the number is another's by now
		case p.Group == c.pid && p.PID != c.pid && p.Start >= c.id.Start && !p.Ended():
			left = append(left, p)
		}
	}
	return left
}

// groupTime is how long what was killed may take to be gone, and groupRounds how often
// what was started meanwhile is looked for.
const (
	groupTime   = time.Second
	groupRounds = 5
)

// killGroup kills what lives in the group of a worker that has ended, waits until it is
// gone and answers what there was.
func (c *child) killGroup() []proc.Process {
	var killed []proc.Process
	for range groupRounds {
		left := c.leftIn()
		if len(left) == 0 {
			break
		}
		// The pidfd stands for the group although its leader has ended; that is known from
		// Linux 6.9 on. Before, each process gets the signal by itself.
		unix.PidfdSendSignal(c.fd, unix.SIGKILL, nil, signalGroup)
		for _, p := range left {
			killOne(p, c.pid)
		}
		killed = append(killed, left...)
	}
	return killed
}

const signalGroup = 1 << 2 // PIDFD_SIGNAL_PROCESS_GROUP

// killOne kills a process of a group and waits until it is gone.
func killOne(p proc.Process, group int) {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if now, err := proc.Read(p.PID); err != nil || !now.Is(p) || now.Group != group {
		return
	}
	if unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil {
		unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(groupTime.Milliseconds()))
	}
}

// listed are processes for people to read.
func listed(all []proc.Process) string {
	text := make([]string, len(all))
	for i, p := range all {
		text[i] = named(p)
	}
	return strings.Join(text, ", ")
}
