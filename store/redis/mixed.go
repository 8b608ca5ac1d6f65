package redis

import (
	"context"
	"slices"
	"sync"
	"time"
)

// strangeWait is when to look again where all that waits is of unknown kinds.
const strangeWait = time.Second

const (
	// peekWindow is how many jobs of a mixed list are looked at first, and peekMost how
	// many in one claim.
	peekWindow = 100
	peekMost   = 1000
	// peekDeepest is how far from its front a job may be to be found again by what it is.
	peekDeepest = 20_000
)

// mixed are lists that hold jobs of kinds that this store's workers do not know. They are
// looked at before anything is taken from them, until what stands in front is known.
type mixed struct {
	mu    sync.Mutex // owns all
	depth map[string]int
}

func (m *mixed) init() { m.depth = map[string]int{} }

func (m *mixed) is(list string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, is := m.depth[list]
	return is
}

func (m *mixed) note(list string, is bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch _, was := m.depth[list]; {
	case is && !was:
		m.depth[list] = 0
	case !is:
		delete(m.depth, list)
	}
}

// from is how deep the next look begins; to notes where the one after it does.
func (m *mixed) from(list string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.depth[list]
}

func (m *mixed) to(list string, depth int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, is := m.depth[list]; is {
		m.depth[list] = depth
	}
}

// peekAll looks at mixed lists that were not looked at yet.
func (c *claiming) peekAll(ctx context.Context) error {
	for i := range c.queues {
		for n := range c.queues[i].lanes {
			l := &c.queues[i].lanes[n]
			if !l.mixed || l.peeked || c.room(l) <= 0 {
				continue
			}
			l.peeked = true
			if err := c.peek(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// room is how many jobs of a list may be taken.
func (c *claiming) room(l *lane) int {
	if l.suspects {
		return min(c.left, c.suspects)
	}
	return c.left
}

// peek looks at the front of a list, then further and further back from one claim to the
// next, for jobs that are known: these are to be taken.
func (c *claiming) peek(ctx context.Context, l *lane) error {
	front, err := c.window(ctx, l, 0, peekWindow)
	if err != nil {
		return err
	}
	if front.strangers == 0 {
		c.store.mixed.note(l.key, false)
		c.beyond = c.beyond || front.seen == peekWindow
		return nil
	}
	c.strange = true
	if front.seen < peekWindow {
		return nil
	}
	from := max(peekWindow, c.store.mixed.from(l.key))
	deep, err := c.window(ctx, l, from, peekMost-peekWindow)
	switch {
	case err != nil:
		return err
	case deep.seen < peekMost-peekWindow, from+deep.seen >= peekDeepest:
		from = 0
	case deep.strangers == deep.seen:
		from += deep.seen
	}
	c.store.mixed.to(l.key, from)
	return nil
}

// A glimpse is what a window showed.
type glimpse struct{ seen, strangers int }

// window looks at n jobs of a list that begin at depth, from its end, and notes those that
// are known, or no jobs.
func (c *claiming) window(ctx context.Context, l *lane, depth, n int) (glimpse, error) {
	s := c.store
	list := s.client.B().Lrange().Key(l.key).Start(int64(-depth - n)).Stop(int64(-depth - 1)).Build()
	payloads, err := s.client.Do(ctx, list).AsStrSlice()
	if code(err) == "WRONGTYPE" {
		return glimpse{}, nil
	}
	if err != nil {
		return glimpse{}, explained(err)
	}
	g := glimpse{seen: len(payloads)}
	for _, payload := range slices.Backward(payloads) {
		j, err := readJob(payload)
		switch {
		case err == nil && !c.knows(j):
			g.strangers++
		case len(l.known) < c.room(l):
			l.known = append(l.known, payload)
		default:
			c.beyond = true
		}
	}
	return g, nil
}
