package measure

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Look is what somebody saw in the store.
type Look struct {
	Stats   store.Stats
	Workers []store.Worker
	Err     error
}

// A Looker looks at a store for those who scrape: one look at a time, kept for a
// while, so that many scrapers cost the store no more than one; and nobody waits
// for longer than the timeout, whatever the store does.
type Looker struct {
	st      store.Inspector
	timeout time.Duration
	keep    time.Duration

	mu   sync.Mutex
	last Look
	at   time.Time     // when last was seen; zero: never
	busy chan struct{} // closed when the look that is under way ends; nil: none is
}

const (
	defaultTimeout = 2 * time.Second
	defaultKeep    = 5 * time.Second
)

// NewLooker makes a Looker at st; 0 is the default: 2 s and 5 s. A negative keep
// means that looks are not kept.
func NewLooker(st store.Inspector, timeout, keep time.Duration) *Looker {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if keep == 0 {
		keep = defaultKeep
	}
	return &Looker{st: st, timeout: timeout, keep: keep}
}

// Look answers what is in the store, at most keep old.
func (l *Looker) Look(ctx context.Context) Look {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	l.mu.Lock()
	if !l.at.IsZero() && time.Since(l.at) < l.keep {
		defer l.mu.Unlock()
		return l.last
	}
	if l.busy == nil {
		l.busy = make(chan struct{})
		go l.look(context.WithoutCancel(ctx))
	}
	busy := l.busy
	l.mu.Unlock()
	select {
	case <-busy:
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.last
	case <-ctx.Done():
		return Look{Err: fmt.Errorf("look at the store: %w", context.Cause(ctx))}
	}
}

// look asks the store. Its goroutine ends when the store answers or heeds the
// timeout; until then no other is started.
func (l *Looker) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	seen := l.ask(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.at = seen, time.Now()
	close(l.busy)
	l.busy = nil
}

// ask survives a store that panics: the scrape of a worker must not end it.
func (l *Looker) ask(ctx context.Context) (seen Look) {
	defer func() {
		if p := recover(); p != nil {
			seen = Look{Err: fmt.Errorf("look at the store: panic: %v", p)}
		}
	}()
	stats, err := l.st.Stats(ctx)
	if err != nil {
		return Look{Err: fmt.Errorf("count jobs: %w", err)}
	}
	workers, err := l.st.Workers(ctx, store.WorkersRequest{})
	if err != nil {
		return Look{Err: fmt.Errorf("list workers: %w", err)}
	}
	return Look{Stats: stats, Workers: workers}
}
