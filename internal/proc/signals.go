package proc

import (
	"strconv"
	"strings"
	"syscall"
)

// A Set is a set of signals, as masks in /proc/PID/status have them.
type Set uint64

// Has says whether a signal is in the set.
func (s Set) Has(sig syscall.Signal) bool { return sig >= 1 && sig <= 64 && s&(1<<(sig-1)) != 0 }

// Signals is what a process does with signals; what is in no set has its default effect.
type Signals struct {
	Caught  Set // a handler runs
	Ignored Set
	Blocked Set // by its first thread: waits, or is taken by sigwait(3) or signalfd(2)
	Pending Set // waits, sent to the process
}

// ReadSignals reads what a process does with signals. If there is none, the error is
// os.ErrNotExist. A program of several threads may block a signal in the first one only.
func ReadSignals(pid int) (Signals, error) {
	var s Signals
	err := status(pid, func(name, value string) {
		set, err := strconv.ParseUint(value, 16, 64)
		if err != nil {
			return
		}
		switch name {
		case "SigCgt":
			s.Caught = Set(set)
		case "SigIgn":
			s.Ignored = Set(set)
		case "SigBlk":
			s.Blocked = Set(set)
		case "ShdPnd":
			s.Pending = Set(set)
		}
	})
	return s, err
}

// Owner is the user as whom a process runs, its effective one.
func Owner(pid int) (uid int, err error) {
	uid = -1
	err = status(pid, func(name, value string) {
		if ids := strings.Fields(value); name == "Uid" && len(ids) == 4 {
			uid, _ = strconv.Atoi(ids[1])
		}
	})
	return uid, err
}

// Spaces are the pids of a process in each of the PID namespaces from the one of /proc down to its
// own; one where the two are the same, or where the kernel does not tell.
func Spaces(pid int) (pids []int, err error) {
	err = status(pid, func(name, value string) {
		if name != "NSpid" {
			return
		}
		for _, field := range strings.Fields(value) {
			n, _ := strconv.Atoi(field)
			pids = append(pids, n)
		}
	})
	if len(pids) == 0 {
		pids = []int{pid}
	}
	return pids, err
}

// Resident is how much memory of a process is in RAM, in bytes. It counts pages that it
// shares with others.
func Resident(pid int) (bytes int64, err error) {
	err = status(pid, func(name, value string) {
		if kb, ok := strings.CutSuffix(value, " kB"); ok && name == "VmRSS" {
			n, _ := strconv.ParseInt(kb, 10, 64)
			bytes = n << 10
		}
	})
	return bytes, err
}

// status calls f with each line of /proc/PID/status.
func status(pid int, f func(name, value string)) error {
	var space [2048]byte
	text, err := readFile(path(pid, "status"), space[:])
	if err != nil {
		return gone(err)
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			f(name, strings.TrimSpace(value))
		}
	}
	return nil
}
