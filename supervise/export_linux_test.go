package supervise

// Looked is how often the supervisor has looked at its workers.
func (s *Supervisor) Looked() int64 { return s.looks.Load() }

// SetFree says how much memory is free, before a restart.
func (s *Supervisor) SetFree(free func() int64) {
	done := make(chan struct{})
	s.happens(event{do: func() { s.free = free; close(done) }})
	<-done
}
