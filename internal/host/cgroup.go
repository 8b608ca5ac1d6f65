package host

import (
	"os"
	"path"
	"strings"
)

// groups are the control groups of the process: the one of the unified tree (v2) and,
// where systemd keeps a tree of its own, its. Empty: none is known.
func (s Subject) groups() (unified, systemd string) {
	text, err := os.ReadFile(s.Root + procPath(s.PID, "cgroup"))
	if err != nil {
		return "", ""
	}
	for line := range strings.Lines(string(text)) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		switch {
		case number == "0" && controllers == "":
			unified = group
		case controllers == "name=systemd":
			systemd = group
		}
	}
	return unified, systemd
}

// together finds that the kernel kills all processes of the group at once when memory
// runs out. Only the unified tree has that; Kubernetes sets it.
func (s Subject) together() (Trap, bool) {
	group, _ := s.groups()
	if group == "" {
		return Trap{}, false
	}
	for dir := path.Clean("/" + group); ; dir = path.Dir(dir) {
		text, err := os.ReadFile(s.Root + "/sys/fs/cgroup" + dir + "/memory.oom.group")
		if err == nil && strings.TrimSpace(string(text)) == "1" {
			return s.togetherTrap(), true
		}
		if dir == "/" {
			return Trap{}, false
		}
	}
}

// togetherTrap is grave where workers share the group: then one job too large costs the
// jobs of all of them.
func (s Subject) togetherTrap() Trap {
	t := Trap{Name: "oom-group", What: "when memory runs out here the kernel kills all processes at once",
		Effect: "a program that a job starts takes the worker with it (memory.oom.group is 1)",
		Hint:   "give jobs that need much memory a container of their own; Kubernetes 1.32 and newer: singleProcessOOMKill in the kubelet's configuration"}
	if s.Env("TASUKI_SLOT") != "" {
		t.Grave, t.Effect = true, "one job that needs too much kills all workers of this container and their supervisor (memory.oom.group is 1)"
	}
	return t
}
