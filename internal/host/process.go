// Package host knows the machine that a process runs on: who it is among all
// processes that ever ran there, whether another one is gone, what systemd wants
// to hear.
package host

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// An Identity names one process among all that ever were on a machine: pids are
// used again, a pid with its start time in one boot and one PID namespace is
// not. Where there is no /proc only Host and PID are filled.
type Identity struct {
	Host  string
	PID   int
	Boot  string
	Space string
	Start uint64 // clock ticks since boot
}

// Self is this process.
func Self() Identity {
	name, _ := os.Hostname()
	id := Identity{Host: name, PID: os.Getpid()}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return id
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return id
	}
	st, err := readStat(id.PID)
	if err != nil {
		return id
	}
	id.Boot, id.Space, id.Start = strings.TrimSpace(string(boot)), space, st.start
	return id
}

// Of is another process of this machine and PID namespace.
func Of(pid int) (Identity, error) {
	st, err := readStat(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	id := Self()
	id.PID, id.Start = pid, st.start
	return id, nil
}

// Gone says whether the process that id names is known to be gone. It answers
// true only for a process of this machine, this boot and this PID namespace
// that /proc does not show any more; whenever it cannot know it answers false.
func (me Identity) Gone(id Identity) bool {
	if me.Boot == "" || id.Boot != me.Boot || id.Space != me.Space || id.PID <= 0 {
		return false
	}
	st, err := readStat(id.PID)
	if os.IsNotExist(err) {
		return seesAll()
	}
	if err != nil {
		return false
	}
	return st.start != id.Start || st.ended
}

// seesAll says whether /proc shows processes of all users: mounted with hidepid
// it shows strangers as missing, the first process among them.
func seesAll() bool {
	_, err := os.Stat("/proc/1/stat")
	return err == nil
}

type stat struct {
	start uint64
	ended bool // a zombie without a living thread: it writes nothing any more
}

// readStat reads /proc/PID/stat (proc(5)): the name in parentheses may hold
// anything, so fields count from the last ')': state is the first behind it,
// num_threads the 18th, starttime the 20th.
func readStat(pid int) (stat, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat has %d fields behind the name, want 20 or more", pid, len(f))
	}
	start, err := strconv.ParseUint(f[19], 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("start time in /proc/%d/stat: %w", pid, err)
	}
	ended := f[0] == "X" || f[0] == "Z" && (f[17] == "0" || f[17] == "1")
	return stat{start: start, ended: ended}, nil
}
