package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Claim takes due jobs for a worker; see [store.Consumer].
func (s *Store) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	if err := s.checkClaim(&req); err != nil {
		return store.ClaimReply{}, fmt.Errorf("claim: %w", err)
	}
	if err := s.enter(ctx, "claim"); err != nil {
		return store.ClaimReply{}, err
	}
	defer s.mu.Unlock()
	w := s.workers[req.Worker]
	if w == nil {
		return store.ClaimReply{}, fmt.Errorf("claim for %q: %w", req.Worker, store.ErrUnknownWorker)
	}
	c := claiming{store: s, worker: w, req: &req, now: s.now(), suspects: req.Suspects}
	c.run()
	return store.ClaimReply{Jobs: c.taken, Wait: c.wait()}, nil
}

func (s *Store) checkClaim(req *store.ClaimRequest) error {
	if req.Token == 0 {
		return fmt.Errorf("%w: Token is zero", store.ErrInvalid)
	}
	for _, q := range req.Queues {
		if q.Share != 0 && !s.features.Weights {
			return fmt.Errorf("share of queue %q: %w", q.Name, store.ErrUnsupported)
		}
	}
	return nil
}

// claiming is one Claim under way.
type claiming struct {
	store    *Store
	worker   *worker
	req      *store.ClaimRequest
	now      time.Time
	suspects int // how many more may be taken
	taken    []store.Record
}

// run gives each queue its share, then what is left to the queues in order.
func (c *claiming) run() {
	for _, q := range c.req.Queues {
		c.take(q.Name, min(q.Share, c.left()))
	}
	for _, q := range c.req.Queues {
		c.take(q.Name, c.left())
	}
}

func (c *claiming) left() int { return c.req.Max - len(c.taken) }

// take claims up to n jobs of one queue.
func (c *claiming) take(queue string, n int) {
	if n <= 0 {
		return
	}
	lanes := c.lanes(queue)
	for range n {
		j := c.first(lanes)
		if j == nil {
			return
		}
		c.claim(j)
	}
}

// lanes are those that this claim may take from in a queue, none if it is
// paused. What became due in them is ready.
func (c *claiming) lanes(queue string) []lane {
	if c.store.paused[queue] {
		return nil
	}
	var lanes []lane
	for _, kind := range c.req.Kinds {
		if l, ok := c.store.lanes[laneKey{queue: queue, kind: kind}]; ok {
			c.store.promote(l, c.now)
			lanes = append(lanes, l)
		}
	}
	return lanes
}

// first is the job that comes next, or nil.
func (c *claiming) first(lanes []lane) *job {
	var best *job
	for _, l := range lanes {
		if j := l.ready.top(); j != nil && (best == nil || before(j, best)) {
			best = j
		}
		if j := l.suspects.top(); j != nil && c.suspects > 0 && (best == nil || before(j, best)) {
			best = j
		}
	}
	return best
}

func (c *claiming) claim(j *job) {
	if j.Deaths > 0 {
		c.suspects--
	}
	c.store.lift(j)
	j.State, j.Worker, j.Token = store.Running, c.worker.Name, c.req.Token
	j.ClaimedAt, j.claimBeat, j.saves = c.now, c.worker.Beat, false
	c.store.put(j)
	c.taken = append(c.taken, j.claimed())
}

// wait is how long until there is more for such a claim.
func (c *claiming) wait() time.Duration {
	wait := time.Duration(-1)
	for _, q := range c.req.Queues {
		lanes := c.lanes(q.Name)
		if c.first(lanes) != nil && len(c.taken) > 0 {
			return 0
		}
		for _, l := range lanes {
			if j := l.waiting.top(); j != nil && (wait < 0 || j.DueAt.Sub(c.now) < wait) {
				wait = j.DueAt.Sub(c.now)
			}
		}
	}
	return wait
}
