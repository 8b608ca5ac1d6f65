package tasukitest

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

// Settle lets outcomes through and notes them.
func (d *door) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if d.isDead() {
		return lost(len(req.Outcomes)), nil
	}
	if req.Batch != 0 {
		d.turn.Lock()
		defer d.turn.Unlock()
		if req.Batch != d.batch {
			d.batch = req.Batch
			d.number++
		}
		req.Batch = d.number
	}
	reply, err := d.Store.Settle(ctx, req)
	if err != nil {
		return reply, err
	}
	return reply, d.settled(ctx, req.Outcomes, reply.Results)
}

func lost(n int) store.SettleReply {
	reply := store.SettleReply{Results: make([]store.Result, n)}
	for i := range reply.Results {
		reply.Results[i].What = store.Lost
	}
	return reply
}

// settled notes what was written and lets the worker look again: a job that ended
// may have brought others.
func (d *door) settled(ctx context.Context, outcomes []store.Outcome, results []store.Result) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, o := range outcomes {
		v := d.visitOf(o.Claim)
		if v == nil || results[i].What == store.Refused || results[i].What == store.Later {
			continue
		}
		if o.Progress != nil {
			v.progress = o.Progress
		}
		if o.Verb == store.Save {
			continue
		}
		if err := d.look(ctx, v); err != nil {
			return err
		}
		v.outcome = &outcomes[i]
		if results[i].What == store.Lost {
			v.outcome = &store.Outcome{}
		}
		d.changes++
		if d.only != nil {
			d.finish()
		}
	}
	if d.wake != nil {
		d.wake()
	}
	return nil
}

// look notes how a job stands.
func (d *door) look(ctx context.Context, v *visit) error {
	page, err := d.List(ctx, store.ListRequest{Filter: store.Filter{IDs: []string{v.rec.ID}}})
	if err == nil && len(page.Jobs) == 1 {
		v.after = &page.Jobs[0]
	}
	return err
}

// visitOf finds a claim's visit. Called with mu held.
func (d *door) visitOf(c store.Claim) *visit {
	for i := len(d.visits) - 1; i >= 0; i-- {
		if v := d.visits[i]; v.rec.ID == c.ID && v.rec.Token == c.Token {
			return v
		}
	}
	return nil
}
