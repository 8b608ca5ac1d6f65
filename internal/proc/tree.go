package proc

import (
	"os"
	"slices"
	"strconv"
)

// All are the processes that can be seen, in the order of their pids. Those that end
// meanwhile are left out.
func All() ([]Process, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var all []Process
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, err := Read(pid); err == nil {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Process) int { return a.PID - b.PID })
	return all, nil
}

// Children are those of all whose parent is pid.
func Children(all []Process, pid int) []Process {
	var of []Process
	for _, p := range all {
		if p.Parent == pid && p.PID != pid {
			of = append(of, p)
		}
	}
	return of
}

// Descendants are those of all below pid, parents before their children.
func Descendants(all []Process, pid int) []Process {
	below := Children(all, pid)
	for i := 0; i < len(below); i++ {
		below = append(below, Children(all, below[i].PID)...)
	}
	return below
}

// Ancestors are the processes above pid, its parent first, the first process of the PID
// namespace last. Parents outside of it cannot be seen.
func Ancestors(pid int) ([]Process, error) {
	p, err := Read(pid)
	if err != nil {
		return nil, err
	}
	var above []Process
	for p.Parent > 0 {
		if p, err = Read(p.Parent); err != nil {
			return above, err
		}
		above = append(above, p)
	}
	return above, nil
}
