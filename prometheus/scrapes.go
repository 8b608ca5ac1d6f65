package prometheus

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// scrapes tells who waits when a scrape that began after they came was answered.
type scrapes struct {
	mu      sync.Mutex
	waiting map[chan struct{}]bool // closed by the scrape that answered them
}

func newScrapes() *scrapes { return &scrapes{waiting: map[chan struct{}]bool{}} }

// counting is h, with what it answered noted.
func (s *scrapes) counting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		before := slices.Collect(maps.Keys(s.waiting))
		s.mu.Unlock()
		h.ServeHTTP(w, r)
		if r.Method == http.MethodGet && r.Context().Err() == nil {
			s.answered(before)
		}
	})
}

func (s *scrapes) answered(waited []chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range waited {
		if s.waiting[c] {
			delete(s.waiting, c)
			close(c)
		}
	}
}

func (s *scrapes) await(ctx context.Context) error {
	c := make(chan struct{})
	s.mu.Lock()
	s.waiting[c] = true
	s.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, c)
		return fmt.Errorf("await a scrape: %w", context.Cause(ctx))
	}
}
