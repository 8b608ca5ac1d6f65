package tasukitest

import (
	"context"
	"fmt"
	"sync"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// A door is one worker's way to the store: it lets the one job in that shall run, or
// all of them, sees what becomes of them, and closes when the worker is killed.
type door struct {
	store.Store
	only *store.Record // nil: all
	over chan struct{} // closed by finish
	once sync.Once

	turn   sync.Mutex // held through a Claim or a batch of outcomes; owns the next two
	batch  uint64     // the worker's last
	number uint64     // the number that it has here, since the door has batches of its own

	beating sync.Mutex // held through a Beat and a kill's Release, which must know its number

	mu       sync.Mutex // owns what follows
	wake     func()
	info     store.Worker // as the worker last beat
	visits   []*visit
	changes  int            // claims and outcomes so far
	times    map[string]int // a job was claimed
	closed   bool
	shut     bool // the worker stops
	restless bool // too many runs
	dead     bool
	idle     store.ClaimReply // the last answer when nothing was left
}

// A visit is one claim, from its coming to what became of it.
type visit struct {
	rec      store.Record
	outcome  *store.Outcome // nil: none was stored; without a Verb: it came too late
	progress *store.Progress
	end      *tasuki.JobEnd // nil: it runs
	after    *store.Record  // as it stood then; nil: it left the store
}

func newDoor(st store.Store, only *store.Record) *door {
	return &door{Store: st, only: only, over: make(chan struct{}), times: map[string]int{}}
}

// Claim takes a job if none runs. When nothing is left, and nothing under way can bring
// more, the door is closed.
func (d *door) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.mu.Lock()
	wait, before := d.closed || d.shut || d.busy(), d.changes
	d.mu.Unlock()
	if wait {
		return store.ClaimReply{Wait: -1}, nil
	}
	claim := d.claimAny
	if d.only != nil {
		claim = d.claimOnly
	}
	reply, err := claim(ctx, req)
	if err == nil {
		d.claimed(reply, before)
	}
	return reply, err
}

// claimAny takes the next job of any queue.
func (d *door) claimAny(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	stats, err := d.Stats(ctx)
	if err != nil {
		return store.ClaimReply{}, err
	}
	req.Max, req.Queues = 1, nil
	for _, q := range stats.Queues {
		req.Queues = append(req.Queues, store.QueueWant{Name: q.Name})
	}
	return d.Store.Claim(ctx, req)
}

// claimOnly takes one job and gives those back that stand before it.
func (d *door) claimOnly(ctx context.Context, req store.ClaimRequest) (reply store.ClaimReply, err error) {
	req.Max, req.Suspects = 1, 1
	req.Kinds, req.Queues = []string{d.only.Kind}, []store.QueueWant{{Name: d.only.Queue}}
	var back []store.Outcome
	for {
		if reply, err = d.Store.Claim(ctx, req); err != nil || len(reply.Jobs) == 0 || reply.Jobs[0].ID == d.only.ID {
			break
		}
		other := reply.Jobs[0]
		back = append(back, store.Outcome{Claim: store.Claim{ID: other.ID, Token: other.Token}, Verb: store.Return})
		req.Token = store.NewToken()
	}
	if back != nil {
		d.number++
		if _, err := d.Store.Settle(ctx, store.SettleRequest{Worker: req.Worker, Batch: d.number, Outcomes: back}); err != nil {
			return reply, fmt.Errorf("give back what is not to run: %w", err)
		}
	}
	return reply, err
}

// claimed notes a claim's answer.
func (d *door) claimed(reply store.ClaimReply, before int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	most := 0
	for _, rec := range reply.Jobs {
		d.visits = append(d.visits, &visit{rec: rec})
		d.changes++
		d.times[rec.ID]++
		most = d.times[rec.ID]
	}
	switch {
	case most >= maxOfOne || len(d.visits) >= maxRuns:
		d.closed, d.restless = true, true
		d.finish()
	case len(reply.Jobs) > 0:
		d.closed = d.only != nil
	case d.only != nil || before == d.changes:
		d.closed, d.idle = true, reply
		d.finish()
	}
}

// stop lets no job in any more.
func (d *door) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = true
}

// finish says that nothing is left to run here.
func (d *door) finish() { d.once.Do(func() { close(d.over) }) }

// busy says whether the job that came last has no outcome yet: one runs at a time.
// Called with mu held.
func (d *door) busy() bool {
	n := len(d.visits)
	return n > 0 && d.visits[n-1].outcome == nil
}
