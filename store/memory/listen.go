package memory

import (
	"context"
	"sync"
)

// ears are the listeners of a store.
type ears struct {
	mu    sync.Mutex // owns the map
	knock map[chan struct{}]bool
}

// wake tells every listener; who was told and has not looked yet is told once.
func (e *ears) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for ear := range e.knock {
		select {
		case ear <- struct{}{}:
		default:
		}
	}
}

func (e *ears) open() chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.knock == nil {
		e.knock = map[chan struct{}]bool{}
	}
	ear := make(chan struct{}, 1)
	e.knock[ear] = true
	return ear
}

func (e *ears) close(ear chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.knock, ear)
}

// Listen calls wake whenever jobs may have become claimable, also when one was
// stored that becomes due later; see [store.Listener].
func (s *Store) Listen(ctx context.Context, _ []string, wake func()) error {
	ear := s.ears.open()
	defer s.ears.close(ear)
	wake()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ear:
			wake()
		}
	}
}
