package supervise

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// Alone is how the workers are whose supervisor does not answer: what it left, and what /proc
// shows, tell which live. State is Degraded if that cannot be known, and is left open otherwise.
func Alone(dir string) (*Status, error) {
	st := &Status{Dir: dir, At: time.Now()}
	if err := st.orphans(room(dir)); err != nil {
		return nil, err
	}
	if _, err := os.Stat("/proc/self/stat"); err != nil && st.State == "" {
		st.trouble("processes cannot be seen: "+err.Error(), "mount /proc")
	}
	return st, nil
}

// alone puts a worker into a status without a supervisor.
func (s *Status) alone(rec record) {
	w := WorkerStatus{Worker: rec.Identity, PID: rec.PID, Generation: rec.Generation, State: "alone", Since: rec.Started, StartedAt: rec.Started,
		Why: rec.Retire, Name: rec.Report.Name, Status: rec.Report.Status}
	w.Memory, _ = proc.Resident(rec.PID)
	for i := range s.Slots {
		if s.Slots[i].Slot == rec.Slot {
			s.Slots[i].Workers = append(s.Slots[i].Workers, w)
			return
		}
	}
	s.Slots = append(s.Slots, SlotStatus{Slot: rec.Slot, Workers: []WorkerStatus{w}})
}

// orphans finds the workers of a supervisor that does not answer.
func (s *Status) orphans(r room) error {
	identities, err := r.identities()
	if err != nil {
		return fmt.Errorf("look into %s: %w (hint: who started the supervisor, and root, may)", string(r), err)
	}
	found, err := r.census()
	if err != nil {
		s.trouble("processes cannot be seen: "+err.Error(), "is /proc mounted?")
		return nil
	}
	for identity := range found.of {
		if _, ok := slotIn(identity); ok && !slices.Contains(identities, identity) {
			identities = append(identities, identity)
		}
	}
	slices.SortFunc(identities, byNumber)
	for _, identity := range identities {
		rec, err := r.record(identity)
		known := err == nil && rec.PID > 0
		p, ok := found.worker(identity, rec.intended())
		switch {
		case known && rec.lives():
			s.alone(rec)
		case ok && !known:
			slot, _ := slotIn(identity)
			s.alone(record{Identity: identity, PID: p.PID, Slot: slot})
		case found.names(identity) != "":
			s.Why = append(s.Why, Trouble{What: fmt.Sprintf("the lock of the dead worker %s is held by %s", identity, found.names(identity)),
				Hint: fmt.Sprintf("a program that is to outlive its job must not inherit descriptor %d", lockFD)})
		}
	}
	return nil
}

// lives says whether the process of a record is there.
func (rec record) lives() bool {
	id, err := host.Of(rec.PID)
	if err != nil || !rec.is(id) {
		return false
	}
	p, err := proc.Read(rec.PID)
	return err == nil && !p.Ended()
}

// byNumber orders identities: 2 before 10, 0 before 0.2.
func byNumber(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m - n
		}
	}
	return len(x) - len(y)
}
