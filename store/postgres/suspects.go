package postgres

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// A head is one of the first jobs of a lane.
type head struct {
	queue   string
	suspect bool
	bytes   int64
	place
}

// withSuspects claims where suspects may be among the jobs: that is seldom, and which
// ones to take is said with more care than speed.
func (c *claiming) withSuspects(ctx context.Context) error {
	names := make([]string, len(c.queues))
	for i, q := range c.queues {
		names[i] = q.Name
	}
	byQueue := map[string][]head{}
	look := &call{query: headsSQL, args: []any{names, c.kinds(), int32(store.Format), few(c.req.Max) + 1, few(c.req.Suspects) + 1},
		row: func(r scanner) error {
			var h head
			err := r.Scan(&h.queue, &h.suspect, &h.priority, &h.ord, &h.seq, &h.bytes)
			byQueue[h.queue] = append(byQueue[h.queue], h)
			return err
		}}
	if err := c.store.once(ctx, "claim", look); err != nil {
		return err
	}
	for _, heads := range byQueue {
		slices.SortFunc(heads, func(a, b head) int { return a.compare(b.place) })
	}
	before := c.taken
	chosen, more := c.choose(byQueue)
	seen := c.found
	if err := c.take(ctx, theseSQL, c.req.Worker, int64(c.req.Token), chosen); err != nil {
		return err
	}
	c.found.waits, c.found.due = seen.waits, seen.due
	for i := range c.taken {
		j := &c.taken[i]
		j.queue = int64(slices.IndexFunc(c.queues, func(q store.QueueWant) bool { return q.Name == j.Queue })) + 1
	}
	c.taken = append(before, c.taken...)
	c.found.more, c.found.suspect = more, false
	return nil
}

// choose says which jobs to take, by the shares of the queues, the number of suspects
// and the bytes, and whether there are more.
func (c *claiming) choose(byQueue map[string][]head) (seqs []int64, more bool) {
	suspects, bytes := c.req.Suspects, int64(0)
	from := func(queue string, n int) {
		heads := byQueue[queue]
		var left []head
		for i, h := range heads {
			if n <= 0 || bytes >= claimBytes {
				left = append(left, heads[i:]...)
				break
			}
			if h.suspect {
				if suspects <= 0 {
					continue // and is none that could be taken next
				}
				suspects--
			}
			seqs = append(seqs, h.seq)
			bytes += h.bytes
			n--
		}
		byQueue[queue] = left
	}
	for _, q := range c.queues {
		from(q.Name, min(q.Share, c.req.Max-len(c.taken)-len(seqs)))
	}
	for _, q := range c.queues {
		from(q.Name, c.req.Max-len(c.taken)-len(seqs))
	}
	for _, heads := range byQueue {
		for _, h := range heads {
			more = more || !h.suspect || suspects > 0
		}
	}
	return append([]int64{}, seqs...), more
}
