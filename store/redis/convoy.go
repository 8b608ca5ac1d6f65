package redis

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// A convoy takes jobs of callers that come at the same time to the server in one script:
// who comes while none is on its way goes at once and alone, the others gather behind it.
type convoy struct {
	store *Store

	mu      sync.Mutex // owns what follows
	under   bool       // one is on its way
	waiting []*passenger
}

// A passenger is one caller's job.
type passenger struct {
	ctx   context.Context
	job   store.Job
	head  string
	err   error
	alone bool          // it has to go again, by itself
	done  chan struct{} // closed when the fields above are told
}

// convoyJobs is how many jobs go in one script.
const convoyJobs = 100

// enqueue adds one job that nothing but its id could keep out.
func (c *convoy) enqueue(ctx context.Context, j *store.Job, head string) (store.Enqueued, error) {
	p := c.board(ctx, j, head)
	if p == nil {
		defer c.next()
		return c.store.enqueueOne(ctx, j, head)
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		c.leave(p)
		return store.Enqueued{}, fmt.Errorf("enqueue: %w", ctx.Err())
	}
	if p.alone {
		return c.store.enqueueOne(ctx, j, head)
	}
	return store.Enqueued{ID: j.ID, What: store.Added}, p.err
}

// board lets a job wait for the next script; nil: it is the first, and goes at once.
func (c *convoy) board(ctx context.Context, j *store.Job, head string) *passenger {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.under {
		c.under = true
		return nil
	}
	p := &passenger{ctx: ctx, job: store.Job{ID: j.ID, Queue: j.Queue}, head: head, done: make(chan struct{})}
	c.waiting = append(c.waiting, p)
	return p
}

// leave is for who cannot wait any longer. What is on its way goes on.
func (c *convoy) leave(p *passenger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = slices.DeleteFunc(c.waiting, func(o *passenger) bool { return o == p })
}

// next sends those who wait, now that a script has ended, in a goroutine that ends with
// the last of them.
func (c *convoy) next() {
	if all := c.gather(); all != nil {
		go func() {
			for ; all != nil; all = c.gather() {
				c.carry(all)
			}
		}()
	}
}

// gather are those who go next; nil: nobody waits.
func (c *convoy) gather() []*passenger {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), convoyJobs)
	if n == 0 {
		c.under = false
		return nil
	}
	all := slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	return all
}

// carry adds the jobs of some callers. A refusal may be one's fault, and so may an id that
// is known: then each goes by itself.
func (c *convoy) carry(all []*passenger) {
	ctx, end := loop.Together(callers(all)...)
	defer end()
	jobs, heads := make([]store.Job, len(all)), make([]string, len(all))
	for i, p := range all {
		jobs[i], heads[i] = p.job, p.head
	}
	added, err := distinct(jobs), error(nil)
	if added {
		added, err = c.store.enqueuePlain(ctx, jobs, heads)
	}
	for _, p := range all {
		p.err = err
		p.alone = err == nil && !added || code(err) != ""
		close(p.done)
	}
}

// callers are those for whom the jobs go.
func callers(all []*passenger) []context.Context {
	contexts := make([]context.Context, len(all))
	for i, p := range all {
		contexts[i] = p.ctx
	}
	return contexts
}
