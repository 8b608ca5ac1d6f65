package main

import (
	"context"
	"sync"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// A witness releases what dead workers held. It opens the store when the first one dies: a
// store that is away holds up no worker.
type witness struct {
	backend backend

	mu sync.Mutex // owns st
	st *openStore
}

// Died releases what one held.
func (w *witness) Died(ctx context.Context, d supervise.Death) (int, error) {
	st, err := w.store(ctx)
	if err != nil {
		return 0, err
	}
	return supervise.Releaser{Store: st}.Died(ctx, d)
}

func (w *witness) store(ctx context.Context) (*openStore, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.st != nil {
		return w.st, nil
	}
	st, err := w.backend.open(ctx, false)
	if err == nil {
		w.st = st
	}
	return st, err
}

func (w *witness) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.st != nil {
		w.st.close()
	}
}
