package supervise

import "fmt"

// judge fills in State and Why of a status that has a supervisor.
func (s *Status) judge() {
	if s.State == "" {
		s.State = Running
	}
	for i := range s.Slots {
		slot := &s.Slots[i]
		switch {
		case slot.Works() || slot.Slot >= s.Want:
		case slot.Broken != "":
			s.trouble(fmt.Sprintf("slot %d starts no worker any more: %s", slot.Slot, slot.Broken), "mend it, then `tasuki restart`")
		case slot.Failures > 0:
			s.trouble(fmt.Sprintf("slot %d has no worker that works: %s", slot.Slot, slot.Last), "its log tells more"+in(s.Supervisor.Log))
		case s.State == Running:
			s.State = Starting
		}
	}
	if r := s.Restart; r != nil && r.State == "failed" {
		s.Why = append(s.Why, Trouble{What: "the last restart has failed: " + r.Error, Hint: "the workers from before it go on; mend the new version, then `tasuki restart`"})
	}
}

func in(log string) string {
	if log == "" {
		return ""
	}
	return ": " + log
}

func (s *Status) trouble(what, hint string) {
	s.State = Degraded
	s.Why = append(s.Why, Trouble{What: what, Hint: hint})
}

// Settled says whether each slot has a worker that works, or has failed to, or may not start
// one.
func (s *Status) Settled() bool {
	for i := range s.Slots {
		slot := &s.Slots[i]
		if slot.Slot < s.Want && !slot.Works() && slot.Broken == "" && slot.Waits == "" && slot.Failures == 0 {
			return false
		}
	}
	return true
}

// Hopeless says whether each slot has given up, and nothing runs.
func (s *Status) Hopeless() bool {
	for i := range s.Slots {
		if slot := &s.Slots[i]; len(slot.Workers) > 0 || slot.Slot < s.Want && slot.Broken == "" {
			return false
		}
	}
	return len(s.Slots) > 0
}
