package supervise

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// fits says why one more worker would not fit into memory beside the others: it is
// expected to become as large as the largest of them.
func (s *Supervisor) fits() error {
	var need int64
	for _, c := range s.children {
		if resident, err := proc.Resident(c.pid); err == nil {
			need = max(need, resident)
		}
	}
	if free := s.free(); free < need {
		return fmt.Errorf("%w: %d MB are free, a worker has up to %d MB", errMemory, free>>20, need>>20)
	}
	return nil
}

// freeMemory is how many bytes this process and its children may still take: what the
// machine has available, or what is left of the limit of one of its control groups.
func freeMemory() int64 {
	free := int64(math.MaxInt64)
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemAvailable:" {
			if kb, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				free = kb << 10
			}
		}
	}
	g := memoryGroup(os.Getpid())
	for dir := g.dir; g.ok(dir); dir = filepath.Dir(dir) {
		free = min(free, g.left(dir))
	}
	return max(0, free)
}

// A group is the control group whose memory a process is counted to.
type group struct {
	root, dir string // where the hierarchy is, and the group in it
	v1        bool
}

// memoryGroup is the group of a process; without a directory it is not known.
func memoryGroup(pid int) group {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	var unified string
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(f) < 3:
		case f[1] == "memory":
			return groupAt("/sys/fs/cgroup/memory", f[2], true)
		case f[0] == "0" && f[1] == "":
			unified = f[2]
		}
	}
	if unified == "" {
		return group{}
	}
	return groupAt("/sys/fs/cgroup", unified, false)
}

// groupAt is the directory of a group. In a container the path may be that of the host,
// where the group itself is mounted as the root.
func groupAt(root, path string, v1 bool) group {
	g := group{root: root, dir: filepath.Join(root, path), v1: v1}
	if _, err := os.Stat(g.dir); err != nil {
		g.dir = root
	}
	return g
}

func (g group) ok(dir string) bool {
	return g.root != "" && (dir == g.root || strings.HasPrefix(dir, g.root+"/"))
}

// left is what is left of a group's limit; caches that can be dropped are not counted as
// used.
func (g group) left(dir string) int64 {
	limit, used, cache := "memory.max", "memory.current", "inactive_file"
	if g.v1 {
		limit, used, cache = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
	}
	most, ok := contentOf(filepath.Join(dir, limit))
	has, ok2 := contentOf(filepath.Join(dir, used))
	if !ok || !ok2 {
		return math.MaxInt64
	}
	return most - has + fieldOf(filepath.Join(dir, "memory.stat"), cache)
}

// contentOf is the number that a file holds; "max" is none.
func contentOf(file string) (int64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// fieldOf is a number behind a name in a file of such lines; 0 if it is not there.
func fieldOf(file, name string) int64 {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == name {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n
		}
	}
	return 0
}
