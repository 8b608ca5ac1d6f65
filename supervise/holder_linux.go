package supervise

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A census is who lives on this machine, and which of them hold locks of a room or were
// started as its workers, by identity.
type census struct {
	room room
	all  []proc.Process
	of   map[string][]holder
}

// A holder holds a lock, or has in its environment that it belongs to a worker.
type holder struct {
	proc.Process
	lock bool
}

// census looks at every process but this one. Those of other users may not let it.
func (r room) census() (census, error) {
	all, err := proc.All()
	if err != nil {
		return census{}, fmt.Errorf("look for workers: %w", err)
	}
	found := census{room: r, all: all, of: map[string][]holder{}}
	for _, p := range all {
		if p.PID == os.Getpid() || p.Ended() {
			continue
		}
		locks := r.locksOf(p.PID)
		for _, identity := range locks {
			found.of[identity] = append(found.of[identity], holder{Process: p, lock: true})
		}
		if identity, ok := r.startedAs(p.PID); ok && !slices.Contains(locks, identity) {
			found.of[identity] = append(found.of[identity], holder{Process: p})
		}
	}
	return found, nil
}

// locksOf are the identities whose locks a process has open.
func (r room) locksOf(pid int) (identities []string) {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd/"
	fds, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, fd := range fds {
		to, err := os.Readlink(dir + fd.Name())
		if err != nil {
			continue
		}
		identity, is := strings.CutPrefix(strings.TrimSuffix(to, " (deleted)"), r.path(lockName("")))
		if is && !slices.Contains(identities, identity) {
			identities = append(identities, identity)
		}
	}
	return identities
}

// startedAs is the identity that a process has in its environment, as it was when its
// program began. Programs that give themselves a title may have written over it.
func (r room) startedAs(pid int) (identity string, ok bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return "", false
	}
	mark := []byte("NOTIFY_SOCKET=" + r.path(notifyName("")))
	for v := range bytes.SplitSeq(text, []byte{0}) {
		if rest, is := bytes.CutPrefix(v, mark); is {
			return string(rest), true
		}
	}
	return "", false
}

// worker is the one of several holders of an identity that a supervisor started, at the
// earliest at that time: the oldest, since programs that its jobs start are in its group, or
// lead a younger one.
func (c census) worker(identity string, earliest uint64) (proc.Process, bool) {
	var best proc.Process
	for _, p := range c.of[identity] {
		if leads(p.Process) && p.Start+2 >= earliest && (best.PID == 0 || p.Start < best.Start) {
			best = p.Process
		}
	}
	return best, best.PID != 0
}

// leads says whether a process was started as workers are: in a group of its own, in
// somebody else's session.
func leads(p proc.Process) bool { return p.Group == p.PID && p.Session != p.PID && !p.Ended() }

// startedBy is the worker that a supervisor was about to start when it left this record.
// It may have closed its lock, and written over its environment.
func (c census) startedBy(rec record, known func(pid int) bool) (proc.Process, bool) {
	for _, p := range c.all {
		if leads(p) && !known(p.PID) && p.Session == rec.Session && p.Start+2 >= rec.Start && p.Start <= rec.Start+startWindow && !c.room.stranger(p.PID) {
			return p, true
		}
	}
	return proc.Process{}, false
}

// stranger says whether a process shows that it was not started as a worker: its environment
// is as it was then, and has no word of this room.
func (r room) stranger(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	first, _, whole := bytes.Cut(text, []byte{0})
	name, _, is := bytes.Cut(first, []byte("="))
	if err != nil || !whole || !is || len(name) == 0 || bytes.ContainsAny(name, " \t") {
		return false // it has written over it
	}
	_, ours := r.startedAs(pid)
	return !ours
}

// startWindow is how many ticks may pass until a worker is started that a supervisor was
// about to start when it was killed: a second.
const startWindow = 100

// names are the holders of an identity's lock for people to read; empty: none can be seen.
func (c census) names(identity string) string {
	var names []string
	for _, p := range c.of[identity] {
		if p.lock {
			names = append(names, named(p.Process))
		}
	}
	return strings.Join(names, ", ")
}

func named(p proc.Process) string { return fmt.Sprintf("%s (pid %d)", p.Name, p.PID) }

// forgetStrays forgets locks that nobody holds any more.
func (s *Supervisor) forgetStrays() {
	for identity := range s.strays {
		if lock, err := s.room.lock(lockName(identity)); err == nil {
			lock.Close()
			delete(s.strays, identity)
		}
	}
}

// held notes who holds the lock of an identity whose worker is dead: programs that its
// jobs started. They are left alone, and another identity is taken.
func (s *Supervisor) held(identity string) {
	found, err := s.room.census()
	names := found.names(identity)
	if err != nil || names == "" {
		names = "a process that cannot be seen"
	}
	if s.strays[identity] != names {
		s.strays[identity] = names
		s.log.Warn("the lock of a dead worker is held by a program that it started (hint: a program that is to outlive its job must not inherit descriptor "+strconv.Itoa(lockFD)+")",
			"worker", identity, "held_by", names)
	}
}
