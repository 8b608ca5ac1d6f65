package tasuki

import "sync"

// hands are the goroutines in which jobs run. One that is done with a job stays for the
// next, since a new one would have to grow its stack again: for short jobs that is a
// third of all work. A handler that ends its goroutine (Goexit) ends that hand alone.
type hands struct {
	wg sync.WaitGroup

	mu     sync.Mutex // owns what follows
	idle   []chan func()
	closed bool
}

// run runs f in a goroutine of its own.
func (h *hands) run(f func()) {
	h.mu.Lock()
	n := len(h.idle)
	if n == 0 {
		h.wg.Go(func() { h.work(f) })
		h.mu.Unlock()
		return
	}
	next := h.idle[n-1]
	h.idle = h.idle[:n-1]
	h.mu.Unlock()
	next <- f
}

func (h *hands) work(f func()) {
	for next := make(chan func(), 1); f != nil; f = h.rest(next) {
		f()
	}
}

// rest waits for what comes next; nil: nothing does.
func (h *hands) rest(next chan func()) func() {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.idle = append(h.idle, next)
	h.mu.Unlock()
	return <-next
}

// end ends those that rest now, and the others once they are done; then what it answers
// is closed. Nothing may be run any more.
func (h *hands) end() (ended <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, next := range h.idle {
		close(next)
	}
	h.idle = nil
	all := make(chan struct{})
	go func() { h.wg.Wait(); close(all) }()
	return all
}
