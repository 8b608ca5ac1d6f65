package harness

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// serverCPU is the processor time that a store's server has used: its process, the
// children it has and those that ended. 0 of no process.
func serverCPU(pid int) (time.Duration, error) {
	if pid == 0 {
		return 0, nil
	}
	used, err := times(pid, true)
	if err != nil {
		return 0, fmt.Errorf("processor time of the server: %w", err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, fmt.Errorf("processes of the server: %w", err)
	}
	for _, field := range strings.Fields(string(children)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return 0, fmt.Errorf("processes of the server: %w", err)
		}
		if one, err := times(child, false); err == nil { // else it ended just now
			used += one
		}
	}
	return used, nil
}

// times are a process's user and system time, with those of its children that ended
// if they are wanted.
func times(pid int, ended bool) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // from the state, the third, on
	const user, last = 11, 14
	if len(fields) <= last {
		return 0, fmt.Errorf("/proc/%d/stat says too little", pid)
	}
	to := user + 2
	if ended {
		to = last + 1
	}
	var sum int64
	for _, f := range fields[user:to] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}
