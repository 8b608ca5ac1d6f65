package supervise

import (
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// takeFound takes over a worker that no record knows: its supervisor was killed while it
// started it, or the record was damaged.
func (s *Supervisor) takeFound(identity string, rec record, found census) bool {
	p, ok := found.worker(identity, rec.intended())
	if !ok && rec.intended() > 0 && rec.Boot == s.self.Boot && rec.Space == s.self.Space {
		p, ok = found.startedBy(rec, s.hasPID)
	}
	if !ok || s.hasPID(p.PID) {
		return false
	}
	c, err := s.orphan(s.recordFor(identity, p))
	if err != nil {
		return false
	}
	s.log.Warn("a worker without a record was found", slog.String("worker", identity), slog.Int("pid", p.PID))
	s.adopted(c, false)
	return true
}

func (s *Supervisor) hasPID(pid int) bool {
	for _, c := range s.children {
		if c.pid == pid {
			return true
		}
	}
	return false
}

// recordFor is what can be known of a worker that was found.
func (s *Supervisor) recordFor(identity string, p proc.Process) record {
	slot, _ := slotIn(identity)
	rec := record{Identity: identity, PID: p.PID, Start: p.Start, Boot: s.self.Boot, Space: s.self.Space, Slot: slot,
		Generation: 1, Phase: starting, Report: report{Busy: -1}, Started: time.Now()}
	if n, err := strconv.Atoi(environ(p.PID, "TASUKI_GENERATION")); err == nil && n > 0 {
		rec.Generation = n
	}
	return rec
}

// environ is a variable of a process as it was started.
func environ(pid int, name string) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	for v := range strings.SplitSeq(string(text), "\x00") {
		if value, is := strings.CutPrefix(v, name+"="); is {
			return value
		}
	}
	return ""
}
