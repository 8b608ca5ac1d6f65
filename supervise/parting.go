package supervise

import (
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// partedWell says whether no job of a worker of ours that has ended runs anew: it had none
// any more when it was about to end, or had never said anything and ended well. Whatever
// else it was, a fatal error, a stop that a job outlived, what it held is released.
func (r report) partedWell(e exit) bool {
	switch {
	case e.Signal != 0:
		return false
	case r.State == "":
		return e == exit{}
	}
	return r.State == "stopping" && r.Busy == 0
}

// pid is the process that the name of a worker of ours has in it, host:pid:nonce; 0: none. It
// is not the one that was started if that runs the worker in turn.
func (r report) pid() int {
	parts := strings.Split(r.Name, ":")
	if len(parts) < 3 {
		return 0
	}
	pid, err := strconv.Atoi(parts[len(parts)-2])
	if err != nil {
		return 0
	}
	return pid
}

// has says whether a process is one of all.
func has(all []proc.Process, pid int) bool {
	for _, p := range all {
		if p.PID == pid {
			return true
		}
	}
	return false
}
