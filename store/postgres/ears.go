package postgres

import (
	"slices"
	"strings"
	"sync"
)

// ears are those who listen through this store: work that this store brought they are
// told of at once, without the server.
type ears struct {
	mu     sync.Mutex // owns listen
	listen map[*listening]bool
}

func (e *ears) tell(queues ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for l := range e.listen {
		if slices.ContainsFunc(queues, l.wants) {
			l.wake()
		}
	}
}

func (e *ears) open(l *listening) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listen == nil {
		e.listen = map[*listening]bool{}
	}
	e.listen[l] = true
}

func (e *ears) close(l *listening) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.listen, l)
}

// byline stands in a notification between a queue's name, in which it cannot be, and
// the store that sent it.
const byline = "\x02"

// sentBy are notifications of queues as a store sends them.
func sentBy(me string, queues []string) []string {
	sent := make([]string, len(queues))
	for i, q := range queues {
		sent[i] = q + byline + me
	}
	return sent
}

// sender splits a notification.
func sender(payload string) (queue, by string) {
	queue, by, _ = strings.Cut(payload, byline)
	return queue, by
}
