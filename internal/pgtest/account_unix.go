//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// freeze stops a process with its children, or lets them go on: first the one that
// would make more of them.
func freeze(pid int, on bool) error {
	how := syscall.SIGCONT
	if on {
		how = syscall.SIGSTOP
	}
	if err := syscall.Kill(pid, how); err != nil {
		return err
	}
	if on {
		if err := stands(pid); err != nil {
			return err
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return err
	}
	for _, field := range strings.Fields(string(children)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return err
		}
		if err := syscall.Kill(child, how); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

// stands waits until a process that was told to stop has: until then it may make one more
// child, which would go on.
func stands(pid int) error {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for range 10_000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return err
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if strings.HasPrefix(rest, "T") {
			return nil
		}
		<-look.C
	}
	return fmt.Errorf("process %d does not stop", pid)
}
