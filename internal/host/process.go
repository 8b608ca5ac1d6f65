// Package host knows the machine that a process runs on: who it is among all
// processes that ever ran there, whether another one is gone, what systemd wants
// to hear.
package host

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/proc"
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
	st, err := proc.Read(id.PID)
	if err != nil {
		return id
	}
	id.Boot, id.Space, id.Start = strings.TrimSpace(string(boot)), space, st.Start
	return id
}

// Of is another process of this machine and PID namespace.
func Of(pid int) (Identity, error) {
	st, err := proc.Read(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	id := Self()
	id.PID, id.Start = pid, st.Start
	return id, nil
}

// Gone says whether the process that id names is known to be gone. It answers
// true only for a process of this machine, this boot and this PID namespace
// that /proc does not show any more; whenever it cannot know it answers false.
func (me Identity) Gone(id Identity) bool {
	if me.Boot == "" || id.Boot != me.Boot || id.Space != me.Space || id.PID <= 0 {
		return false
	}
	st, err := proc.Read(id.PID)
	if errors.Is(err, os.ErrNotExist) {
		return seesAll()
	}
	if err != nil {
		return false
	}
	return st.Start != id.Start || st.Ended()
}

// seesAll says whether /proc shows processes of all users: mounted with hidepid
// it shows strangers as missing, the first process among them.
func seesAll() bool {
	_, err := os.Stat("/proc/1/stat")
	return err == nil
}

func procPath(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
