package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	promoteSQL  = text("claim_promote")
	promotedSQL = text("claim_promoted")
	firstDueSQL = text("claim_first_due")
	moreSQL     = text("claim_more")
)

// promoteAtOnce bounds how many jobs of one lane a claim makes ready. If more
// became due since the last claim, the earliest are, and the order by priority
// holds among those.
const promoteAtOnce = 2000

// Claim takes due jobs for a worker; see [store.Consumer]. A job whose row cannot be
// read becomes dead, with a Why that says which column and what is in it.
func (s *Store) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	if req.Token == 0 {
		return store.ClaimReply{}, fmt.Errorf("claim: Token is zero: %w", store.ErrInvalid)
	}
	mended := 0
	for range mendsAtOnce {
		reply, err := s.claim(ctx, &req)
		if !errors.Is(err, errUnsound) {
			return reply, err
		}
		if mended, err = s.mend(ctx, &req); err != nil {
			return store.ClaimReply{}, err
		}
	}
	if mended == 0 {
		return store.ClaimReply{}, fmt.Errorf("claim: %w", errUnsound)
	}
	return store.ClaimReply{Wait: time.Microsecond}, nil // the next claim goes on mending
}

// claim is Claim as long as all is sound, else it takes nothing and answers
// errUnsound.
func (s *Store) claim(ctx context.Context, req *store.ClaimRequest) (store.ClaimReply, error) {
	c := claiming{store: s, req: req}
	// A claim that finds nothing writes nothing, not even a lock. After one
	// that found something the look would mostly be in vain.
	if !s.fruitful.Load() || req.Max <= 0 {
		if idle, err := c.idle(ctx); err != nil || idle {
			return c.reply, err
		}
	}
	err := s.writeLazy(ctx, "claim", func(tx session) error { return c.run(ctx, tx) })
	s.fruitful.Store(err == nil && len(c.reply.Jobs) > 0)
	if err != nil {
		return store.ClaimReply{}, err
	}
	return c.reply, nil
}

// claiming is one Claim under way.
type claiming struct {
	store    *Store
	req      *store.ClaimRequest
	tx       session
	now      int64
	view     view
	suspects int       // how many more may be taken
	long     []longRef // jobs of the reply whose arguments are still to be fetched
	reply    store.ClaimReply
}

// idle says that there is nothing to claim, and fills the reply.
func (c *claiming) idle(ctx context.Context) (idle bool, err error) {
	err = c.store.read(ctx, "claim", func(s session) error {
		c.now = c.store.now()
		c.view, err = look(ctx, s, c.req)
		return err
	})
	if err != nil || c.req.Max > 0 && c.view.anything(c.req.Suspects, c.now) {
		return false, err
	}
	c.suspects = c.req.Suspects
	if c.reply.Wait = c.wait(); c.reply.Wait == 0 { // nothing was asked for, but there is something
		c.reply.Wait = time.Microsecond
	}
	return true, nil
}

// run claims inside a transaction.
func (c *claiming) run(ctx context.Context, tx session) (err error) {
	c.tx, c.now, c.suspects = tx, c.store.now(), c.req.Suspects
	if c.view, err = look(ctx, tx, c.req); err != nil {
		return err
	}
	if err := c.promote(ctx); err != nil {
		return err
	}
	if c.view.unsound {
		return errUnsound
	}
	for _, q := range c.req.Queues {
		if err := c.take(ctx, q.Name, min(q.Share, c.left())); err != nil {
			return err
		}
	}
	for _, q := range c.req.Queues {
		if err := c.take(ctx, q.Name, c.left()); err != nil {
			return err
		}
	}
	if err := c.confirm(ctx); err != nil {
		return err
	}
	c.reply.Wait = c.wait()
	return c.longArgs(ctx)
}

func (c *claiming) left() int { return c.req.Max - len(c.reply.Jobs) }

// promote makes ready what became due.
func (c *claiming) promote(ctx context.Context) error {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		if !l.due.Valid || l.due.Int64 > c.now {
			continue
		}
		for _, text := range []string{promoteSQL, promotedSQL} {
			if _, err := c.tx.exec(ctx, text, l.lane, c.now, promoteAtOnce); err != nil {
				return err
			}
		}
		l.ready = true
		var due any
		rows, err := c.tx.query(ctx, firstDueSQL, l.lane)
		if err := one(rows, err, &due); err != nil && err != errNoRow {
			return err
		}
		c.view.unsound = !l.setDue(due) || c.view.unsound
	}
	return nil
}

// wait is how long until there is more for such a claim, by the view.
func (c *claiming) wait() time.Duration {
	wait := time.Duration(-1)
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		if l.ready || l.suspect && c.suspects > 0 {
			return 0
		}
		if l.due.Valid {
			d := time.Duration(max(l.due.Int64-c.now, 0)) * time.Microsecond
			if wait < 0 || d < wait {
				wait = d
			}
		}
	}
	return wait
}

// confirm looks again at lanes that may have given their last job, until it
// finds one that has more.
func (c *claiming) confirm(ctx context.Context) error {
	for i := range c.view.lanes {
		l := &c.view.lanes[i]
		if !l.ready && !l.suspect {
			continue
		}
		rows, err := c.tx.query(ctx, moreSQL, l.lane)
		if err := one(rows, err, &l.ready, &l.suspect); err != nil {
			return err
		}
		if l.ready || l.suspect && c.suspects > 0 {
			return nil
		}
	}
	return nil
}
