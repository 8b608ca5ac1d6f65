package tasuki

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The claimer asks for as many jobs as there are free slots and a read-ahead as
// deep as jobs end fast; it sleeps until a slot is free, a job is there or due.
type claimer struct {
	w      *Worker
	kinds  []string
	byKind map[string]*Handler
	total  int // of the queues' weights; 0: strict
	limit  int // the store's on payloads

	// Owned by the claimer's goroutine.
	asked  time.Time
	rate   float64 // runs ended per second, smoothed
	errors outage
	serves chan struct{} // closed when a first claim was answered, or there is nothing to claim
	once   sync.Once     // of closing it
}

const (
	aheadTime  = 20 * time.Millisecond  // how much work the read-ahead shall hold
	claimSoon  = 10 * time.Millisecond  // after a claim that found some
	aheadLimit = 100 * time.Millisecond // after which it is returned if no slot came free
	claimLimit = 10 * time.Second       // of one call
)

func newClaimer(w *Worker) *claimer {
	c := &claimer{w: w, limit: w.st.Features().MaxPayload, byKind: map[string]*Handler{}, errors: outage{log: w.log, what: "claim failed"}, serves: make(chan struct{})}
	for i := range w.cfg.Handlers {
		h := &w.cfg.Handlers[i]
		c.byKind[h.kind] = h
		c.kinds = append(c.kinds, h.kind)
	}
	for _, q := range w.cfg.Queues {
		c.total += q.Weight
	}
	return c
}

// step claims once. It is not cut off by the end of the loop's context: a claim
// on its way is better answered than lost.
func (c *claimer) step(context.Context) time.Duration {
	w := c.w
	if back := w.desk.stale(aheadLimit); back != nil {
		w.giveBack(back)
	}
	if len(c.kinds) == 0 {
		c.served()
		return loop.Never
	}
	if d := c.errors.pausing(); d > 0 {
		return d
	}
	if !c.mayBegin() {
		return w.cfg.Beat
	}
	want, suspects, beats := w.desk.room(c.ahead)
	if want <= 0 {
		return aheadLimit
	}
	ctx, cancel := context.WithTimeout(w.life, claimLimit)
	defer cancel()
	reply, err := w.st.Claim(ctx, store.ClaimRequest{
		Worker: w.name, Token: store.NewToken(), Max: want, Suspects: suspects,
		Queues: c.queues(want), Kinds: c.kinds,
	})
	if err != nil {
		return c.failed(err)
	}
	c.errors.over()
	c.served()
	if back := w.desk.admit(c.runs(reply.Jobs), beats); back != nil {
		w.giveBack(back)
	}
	pause := c.pause(want, len(reply.Jobs), reply.Wait)
	if w.desk.waits() { // what no slot comes free for goes back soon
		pause = min(pause, aheadLimit)
	}
	return pause
}

// served notes that claims are answered.
func (c *claimer) served() { c.once.Do(func() { close(c.serves) }) }

// mayBegin says whether a beat was answered lately. If not the next one rings.
func (c *claimer) mayBegin() bool {
	if fresh, _ := c.w.pulse.fresh(); fresh {
		return true
	}
	c.w.desk.hold()
	fresh, _ := c.w.pulse.fresh() // it may have come just before the note
	return fresh
}

func (c *claimer) failed(err error) time.Duration {
	if errors.Is(err, store.ErrUnknownWorker) {
		c.w.desk.hold()
		c.w.beater.wake.Ring() // released while it was away: say hello again
		return c.w.cfg.Beat
	}
	if c.w.life.Err() != nil {
		return loop.Never
	}
	return c.errors.begin(err)
}

// pause is how long to wait after a claim.
func (c *claimer) pause(want, got int, wait time.Duration) time.Duration {
	switch {
	case got >= want:
		return 0
	case wait == 0 && got > 0:
		return 0 // more are due than the reply could hold
	case got > 0 && !c.w.listens.Load():
		return min(claimSoon, c.w.cfg.Poll) // more may have come meanwhile
	case wait > 0:
		return max(min(wait, c.w.poll()), time.Millisecond)
	}
	return c.w.poll()
}

// ahead is how many jobs end within aheadTime, as far as the last claims tell.
func (c *claimer) ahead(ended int) int {
	now := time.Now()
	if d := now.Sub(c.asked); d > 0 && !c.asked.IsZero() {
		share := min(float64(d)/float64(100*time.Millisecond), 1)
		c.rate += (float64(ended)/d.Seconds() - c.rate) * share
	}
	c.asked = now
	return min(int(c.rate*aheadTime.Seconds()), max(c.w.cfg.ReadAhead, 0))
}

// queues are the queues of one claim: in order, or with shares of want drawn by
// weight.
func (c *claimer) queues(want int) []store.QueueWant {
	q := make([]store.QueueWant, len(c.w.cfg.Queues))
	for i := range q {
		q[i].Name = c.w.cfg.Queues[i].Name
	}
	if c.total == 0 {
		return q
	}
	for range want {
		q[c.draw()].Share++
	}
	rand.Shuffle(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
	return q
}

// draw picks a queue by weight.
func (c *claimer) draw() int {
	n := rand.IntN(c.total)
	for i, q := range c.w.cfg.Queues {
		if n -= q.Weight; n < 0 {
			return i
		}
	}
	return 0
}

// runs makes a run of each claimed record.
func (c *claimer) runs(recs []store.Record) []*run {
	runs, now := make([]*run, 0, len(recs)), time.Now()
	for i := range recs {
		rec := &recs[i]
		h := c.byKind[rec.Kind]
		if h == nil {
			c.w.log.Error("claimed a job of a kind that was not asked for", slog.String("job", rec.ID), slog.String("kind", rec.Kind))
			continue // nobody names it: the store takes it back
		}
		runs = append(runs, &run{rec: *rec, came: now, handler: h, limit: c.limit, pulse: c.w.pulse, log: c.w.log, saver: c.w.saver, probe: c.w.probe,
			held: store.NewHeld(c.w.name, store.Claim{ID: rec.ID, Token: rec.Token})})
	}
	return runs
}

// giveBack returns claims whose jobs were never started.
func (w *Worker) giveBack(runs []*run) {
	back := make([]settling, len(runs))
	for i, r := range runs {
		back[i] = settling{run: r, out: store.Outcome{Claim: r.held.Claim, Verb: store.Return}}
	}
	w.settler.push(back...)
}
