package supervise

import "path/filepath"

// An ooms counts processes that the kernel killed for their memory in a worker's control
// group, or on the machine where there is none. It is read each second, so that only what
// happened since the look before the last counts for a death.
type ooms struct {
	group     group
	old, last int64
}

// look reads the counter again. Of a process that has ended v1 says that it is in the
// root.
func (o *ooms) look(pid int) {
	if g := memoryGroup(pid); o.group.root == "" || g.dir != g.root {
		if g != o.group {
			*o = ooms{group: g}
			o.old = o.count()
			o.last = o.old
			return
		}
	}
	o.old, o.last = o.last, o.count()
}

// count is how many there were.
func (o *ooms) count() int64 {
	switch {
	case o.group.root == "":
		return fieldOf("/proc/vmstat", "oom_kill")
	case o.group.v1:
		return fieldOf(filepath.Join(o.group.dir, "memory.oom_control"), "oom_kill")
	case o.group.dir == o.group.root: // the root has no such file, unless it is a container's
		if n := fieldOf(filepath.Join(o.group.dir, "memory.events"), "oom_kill"); n > 0 {
			return n
		}
		return fieldOf("/proc/vmstat", "oom_kill")
	}
	return fieldOf(filepath.Join(o.group.dir, "memory.events"), "oom_kill")
}

// killed says whether a death by SIGKILL was one of them, and takes it off the counts of
// others in the group.
func (s *Supervisor) oomKilled(c *child) bool {
	if c.ooms.count() <= c.ooms.old {
		return false
	}
	for _, o := range s.children {
		if o.ooms.group == c.ooms.group {
			o.ooms.old++
			o.ooms.last++
		}
	}
	return true
}
