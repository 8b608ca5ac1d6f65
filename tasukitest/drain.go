package tasukitest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// maxRuns is how many runs one Run of a box makes before it gives up.
const maxRuns = 10_000

// drain lets one worker after another run what is due. next is how long until more
// will be; not above 0: nothing waits.
func (b *Box) drain(opts []Option) (all []*Result, next time.Duration) {
	b.t.Helper()
	plans := b.apply(opts)
	for {
		s, err := b.shift(nil, plans)
		if err != nil {
			b.t.Fatalf("run the box: %v", err)
			return all, 0
		}
		for _, v := range s.door.visits {
			all = append(all, b.noted(v))
		}
		if len(all) > maxRuns {
			b.t.Fatalf("the box does not come to rest: %d runs; the last: %s", len(all), all[len(all)-1])
			return all, 0
		}
		plans = nil
		if s.door.rests() {
			return all, s.door.idle.Wait
		}
	}
}

// rests says whether nothing was left to run.
func (d *door) rests() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed && !d.dead
}

// one runs one job once.
func (b *Box) one(rec store.Record, opts []Option) *Result {
	b.t.Helper()
	plans := b.apply(opts)
	if err := b.ripen(rec); err != nil {
		b.t.Fatalf("run: %v", err)
		return nil
	}
	before := Jobs(b.t, b.Store)
	s, err := b.shift(&rec, plans)
	switch {
	case err != nil:
		b.t.Fatalf("run: kind %q, job %s: %v", rec.Kind, rec.ID, err)
		return nil
	case len(s.door.visits) == 0:
		b.t.Fatalf("run: kind %q, job %s was not claimed: %s", rec.Kind, rec.ID, b.why(rec))
		return nil
	}
	r := b.noted(s.door.visits[0])
	for _, j := range Jobs(b.t, b.Store) {
		if j.ID != r.ID && !slices.ContainsFunc(before, func(old store.Record) bool { return old.ID == j.ID }) {
			r.Enqueued = append(r.Enqueued, j)
		}
	}
	return r
}

// shift runs one worker to its end and tells of plans that came to nothing.
func (b *Box) shift(only *store.Record, plans []*plan) (*shift, error) {
	b.t.Helper()
	b.settings.plans = plans
	s, err := newShift(b.t, &b.settings, only)
	if err != nil {
		return nil, err
	}
	if err := s.work(); err != nil {
		return nil, err
	}
	if missed := s.missed(); missed != "" && len(s.door.visits) > 0 {
		b.t.Errorf("%s; %s", missed, b.result(s.door.visits[len(s.door.visits)-1]))
	}
	return s, nil
}

// apply takes options; plans given to New come first.
func (b *Box) apply(opts []Option) []*plan {
	b.settings.plans, b.plans = b.plans, nil
	for _, o := range opts {
		o(&b.settings)
	}
	return b.settings.plans
}

// noted is a visit's result; a job that left the store is remembered.
func (b *Box) noted(v *visit) *Result {
	r := b.result(v)
	if r.State == store.Done && b.find(r.ID) == nil {
		b.left = append(b.left, r.rec)
	}
	return r
}

// ripen makes a job due that is not.
func (b *Box) ripen(rec store.Record) error {
	now := b.find(rec.ID)
	if now == nil || now.State != store.Scheduled && now.State != store.Retry {
		return nil
	}
	if b.settings.clock != nil {
		b.settings.clock.Turn(max(now.DueAt.Sub(b.settings.clock.Now()), 0))
		return nil
	}
	_, err := b.Store.Move(context.Background(), store.MoveRequest{Filter: store.Filter{IDs: []string{rec.ID}}, To: store.Ready})
	return err
}

// why says what kept a job from being claimed.
func (b *Box) why(rec store.Record) string {
	now := b.find(rec.ID)
	if now == nil {
		return "it is not in the store"
	}
	stats, err := b.Store.Stats(context.Background())
	if err == nil && slices.ContainsFunc(stats.Queues, func(q store.QueueStats) bool { return q.Name == now.Queue && q.Paused }) {
		return fmt.Sprintf("its queue %q is paused", now.Queue)
	}
	known := slices.ContainsFunc(b.settings.cfg.Handlers, func(h tasuki.Handler) bool { return h.Kind() == now.Kind })
	if !known {
		return "no handler is of its kind"
	}
	return "it is " + string(now.State)
}
