package redis

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// strangeWait is when to look again where all that waits is of unknown kinds.
const strangeWait = time.Second

// peekWindow is how many jobs of a mixed queue are looked at first, and peekMost how many
// in one claim.
const (
	peekWindow = 100
	peekMost   = 1000
)

// mixed are queues that hold jobs of kinds that this store's workers do not know. They
// are looked at before anything is taken from them, until what stands in front is known.
type mixed struct {
	mu    sync.Mutex // owns all
	depth map[string]int
}

func (m *mixed) init() { m.depth = map[string]int{} }

func (m *mixed) is(queue string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, is := m.depth[queue]
	return is
}

func (m *mixed) note(queue string, is bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch _, was := m.depth[queue]; {
	case is && !was:
		m.depth[queue] = 0
	case !is:
		delete(m.depth, queue)
	}
}

// from is how deep the next look begins; to notes where the one after it does.
func (m *mixed) from(queue string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.depth[queue]
}

func (m *mixed) to(queue string, depth int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, is := m.depth[queue]; is {
		m.depth[queue] = depth
	}
}

// peekAll takes from mixed queues.
func (c *claiming) peekAll(ctx context.Context) error {
	for i := range c.queues {
		if q := &c.queues[i]; q.mixed && c.left > 0 {
			if err := c.peek(ctx, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// peek looks at the front of a queue, then further and further back from one claim to the
// next, and takes what is known.
func (c *claiming) peek(ctx context.Context, q *want) error {
	front, err := c.window(ctx, q, 0, peekWindow)
	if err != nil || c.left <= 0 {
		return err
	}
	if front.strangers == 0 {
		c.store.mixed.note(q.Name, false)
		c.more = c.more || front.seen == peekWindow
		return nil
	}
	c.strange = true
	if front.seen < peekWindow {
		return nil
	}
	from := max(peekWindow, c.store.mixed.from(q.Name))
	deep, err := c.window(ctx, q, from, peekMost-peekWindow)
	switch {
	case err != nil:
		return err
	case deep.seen < peekMost-peekWindow:
		from = 0
	case deep.strangers == deep.seen:
		from += deep.seen
	}
	c.store.mixed.to(q.Name, from)
	return nil
}

// A glimpse is what a window showed.
type glimpse struct{ seen, strangers int }

// window looks at n jobs of a queue that begin at depth, from the end of its list, and
// takes those that are known.
func (c *claiming) window(ctx context.Context, q *want, depth, n int) (glimpse, error) {
	s := c.store
	list := s.client.B().Lrange().Key(queueKey(q.Name)).Start(int64(-depth - n)).Stop(int64(-depth - 1)).Build()
	payloads, err := s.client.Do(ctx, list).AsStrSlice()
	if code(err) == "WRONGTYPE" {
		return glimpse{}, nil
	}
	if err != nil {
		return glimpse{}, explained(err)
	}
	g := glimpse{seen: len(payloads)}
	var known []taking
	for _, payload := range slices.Backward(payloads) {
		j, err := readJob(payload)
		if err == nil && !c.knows(j) {
			g.strangers++
		} else if len(known) < c.left {
			known = append(known, taking{c.token, q, false, payload})
			c.token++
		}
	}
	if len(known) == 0 {
		return g, nil
	}
	return g, c.take(ctx, q, known)
}

// take claims jobs that were looked at.
func (c *claiming) take(ctx context.Context, q *want, known []taking) error {
	k := c.store.keys
	args := append(c.store.clock()[:2], q.Name)
	for _, t := range known {
		args = append(args, t.token.String(), t.payload)
	}
	keys := []string{k.worker(c.req.Worker), k.claims(c.req.Worker), queueKey(q.Name)}
	msg, err := c.store.run(ctx, takeScript, keys, args)
	if err != nil {
		return err
	}
	if n, err := msg.AsInt64(); err == nil && n == 0 {
		return store.ErrUnknownWorker
	}
	part, err := msg.ToArray()
	if err != nil {
		return err
	}
	taken, err := part[1].AsIntSlice()
	if err != nil {
		return err
	}
	seen := &sight{}
	text, _ := part[0].ToString()
	seen.now, _ = strconv.ParseInt(text, 10, 64)
	for i, ok := range taken {
		if ok == 1 {
			seen.taken = append(seen.taken, known[i])
		}
	}
	if seen.cursors, err = c.store.iterations(ctx, seen.taken); err != nil {
		return err
	}
	_, err = c.sort(ctx, seen)
	return err
}
