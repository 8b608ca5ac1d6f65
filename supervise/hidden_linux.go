package supervise

import (
	"fmt"
	"log/slog"
)

// hide notes an identity whose lock is held by nobody who can be seen: it may be the
// worker. Until it is free no other is started in its slot.
func (s *Supervisor) hide(identity string) {
	slot, _ := slotIn(identity)
	s.slotOf(slot).hidden = fmt.Sprintf("the lock of worker %s is held by a process that cannot be seen (hint: it may be another user's, or in another container: end it)", identity)
	s.hidden = append(s.hidden, identity)
	s.log.Error("the lock of a worker is held by a process that cannot be seen; its slot has to wait", slog.String("worker", identity))
}

// reveal looks again for those that could not be seen.
func (s *Supervisor) reveal() {
	was := s.hidden
	s.hidden = nil
	for _, identity := range was {
		slot, _ := slotIn(identity)
		lock, err := s.room.lock(lockName(identity))
		if err != nil {
			s.hidden = append(s.hidden, identity)
			continue
		}
		lock.Close()
		s.slotOf(slot).hidden = ""
	}
	for _, identity := range s.hidden { // two of one slot
		slot, _ := slotIn(identity)
		s.slotOf(slot).hidden = "the lock of worker " + identity + " is held by a process that cannot be seen"
	}
}
