package postgres

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// A convoy takes jobs of callers that come at the same time to the server in one
// statement: by themselves each would wait for a commit of its own, on a connection of
// its own. Who comes while none is on its way goes at once and alone. What one caller
// brings is all added or none of it, whoever went with it.
type convoy struct {
	store    *Store
	patience time.Duration // convoyPatience
	haste    time.Duration // convoyHaste
	cautious bool          // there are few connections: nobody may hold one for long

	mu      sync.Mutex // owns what follows
	turns   uint64     // statements so far
	turn    uint64     // the one that the others wait for; 0: none is on its way
	under   int        // how many are on their way, overtaken ones too
	waiting []*passenger
}

// A passenger is one caller's jobs.
type passenger struct {
	ctx    context.Context
	jobs   []store.Job
	became []store.Enqueued
	err    error
	alone  bool          // it has to go again, by itself
	done   chan struct{} // closed when the fields above are told
}

const (
	// convoyJobs is how many jobs go in one statement, and how many of one caller are
	// still worth to be taken along.
	convoyJobs = 100
	// convoyPatience is how long callers wait for a statement. It may be held up by a
	// transaction that has added the same id and is open: the others must not be.
	convoyPatience = 50 * time.Millisecond
	// convoyHaste is how long they wait for one where few are on their way: on a slow disk
	// commits share a flush. On a fast one it is over by then.
	convoyHaste   = time.Millisecond
	convoysAtOnce = 3
)

// enqueue adds jobs of one caller; its error is as of enqueuePlain.
func (c *convoy) enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	p, turn, crowded := c.board(ctx, jobs)
	if p == nil {
		defer c.next(turn)
		if crowded {
			return c.store.enqueueWith(ctx, c.store.patient, jobs)
		}
		return c.store.enqueuePlain(ctx, jobs)
	}
	haste := time.AfterFunc(c.haste, func() { c.overtake(p, convoysAtOnce) })
	defer haste.Stop()
	patience := time.AfterFunc(c.patience, func() { c.overtake(p, math.MaxInt) })
	defer patience.Stop()
	select {
	case <-p.done:
	case <-ctx.Done():
		c.leave(p)
		return nil, c.store.named("enqueue", ctx.Err())
	}
	if p.alone {
		return c.store.enqueueWith(ctx, c.store.patient, jobs)
	}
	return p.became, p.err
}

// board lets jobs wait for the next statement; nil: they are it, and go at once.
// crowded says that no more of them may be held up for long.
func (c *convoy) board(ctx context.Context, jobs []store.Job) (p *passenger, turn uint64, crowded bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turn == 0 {
		return nil, c.depart(), c.cautious || c.under > 1
	}
	p = &passenger{ctx: ctx, jobs: ownCopy(jobs), done: make(chan struct{})}
	c.waiting = append(c.waiting, p)
	return p, 0, false
}

// ownCopy are jobs that are read when their caller may have gone and uses its slices
// for something else.
func ownCopy(jobs []store.Job) []store.Job {
	jobs = slices.Clone(jobs)
	for i := range jobs {
		jobs[i].Args = bytes.Clone(jobs[i].Args)
	}
	return jobs
}

// depart numbers the statement that the others wait for from now on.
func (c *convoy) depart() uint64 {
	c.turns++
	c.under++
	c.turn = c.turns
	return c.turn
}

// leave is for who cannot wait any longer. What is on its way goes on.
func (c *convoy) leave(p *passenger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = slices.DeleteFunc(c.waiting, func(o *passenger) bool { return o == p })
}

// next sends those who wait, now that a statement has ended.
func (c *convoy) next(turn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under--
	if c.turn == turn {
		c.send()
	}
}

// overtake sends those who wait although a statement is on its way, unless so many are.
func (c *convoy) overtake(p *passenger, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under < most && slices.Contains(c.waiting, p) {
		c.send()
	}
}

// send lets those who wait go, as many as one statement takes, in a goroutine that ends
// with it. The caller holds mu.
func (c *convoy) send() {
	n, jobs := 0, 0
	for n < len(c.waiting) && (n == 0 || jobs+len(c.waiting[n].jobs) <= convoyJobs) {
		jobs += len(c.waiting[n].jobs)
		n++
	}
	if n == 0 {
		c.turn = 0
		return
	}
	all, turn := slices.Clone(c.waiting[:n]), c.depart()
	c.waiting = slices.Delete(c.waiting, 0, n)
	go func() {
		defer c.next(turn)
		c.carry(all)
	}()
}

// carry adds the jobs of some callers. A refusal may be one's fault, and so may a lock:
// then each goes by itself.
func (c *convoy) carry(all []*passenger) {
	ctx, end := loop.Together(callers(all)...)
	defer end()
	var jobs []store.Job
	for _, p := range all {
		jobs = append(jobs, p.jobs...)
	}
	became, err := c.store.enqueuePlain(ctx, jobs, lockLimit(c.patience))
	for _, p := range all {
		p.alone, p.err = refuses(err), err
		if err == nil {
			p.became, became = became[:len(p.jobs):len(p.jobs)], became[len(p.jobs):]
		}
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
