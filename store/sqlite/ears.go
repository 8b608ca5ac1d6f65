package sqlite

import (
	"sync"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// ears are the listeners of a store.
type ears struct {
	mu     sync.Mutex // owns listen
	listen map[loop.Wake]bool
}

// wake tells every listener; who was told and has not looked yet is told once.
func (e *ears) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for ear := range e.listen {
		ear.Ring()
	}
}

func (e *ears) open() loop.Wake {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listen == nil {
		e.listen = map[loop.Wake]bool{}
	}
	ear := loop.NewWake()
	e.listen[ear] = true
	return ear
}

func (e *ears) close(ear loop.Wake) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.listen, ear)
}
