package tasukitest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// How often one job runs, and how many runs one worker makes, before a box gives up.
const (
	maxOfOne = 1000
	maxRuns  = 100_000
)

// drain lets one worker after another run what is due. next is how long until more
// will be; not above 0: nothing is known of.
func (b *Box) drain(opts []Option) (all []*Result, next time.Duration) {
	b.t.Helper()
	plans := b.apply(opts)
	if err := b.tick(); err != nil {
		b.t.Fatalf("fire schedules: %v", err)
		return nil, 0
	}
	if len(b.settings.cfg.Handlers) == 0 {
		return nil, b.untilTick() // a worker that knows no kind claims nothing
	}
	for {
		s, err := b.shift(nil, plans)
		if err != nil {
			b.t.Fatalf("run the box: %v", err)
			return all, 0
		}
		for _, v := range s.door.visits {
			all = append(all, b.noted(v))
		}
		if s.door.restless {
			b.t.Fatalf("the box does not come to rest after %d runs; the last but one: %s", len(all), all[len(all)-2])
			return all, 0
		}
		plans = nil
		if s.door.rests() {
			return all, sooner(s.door.idle.Wait, b.untilTick())
		}
	}
}

// sooner is the shorter of two waits; one that is not above 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

// rests says whether nothing was left to run.
func (d *door) rests() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

// one runs one job once.
func (b *Box) one(rec store.Record, opts []Option) *Result {
	b.t.Helper()
	plans := b.apply(opts)
	if !slices.ContainsFunc(b.settings.cfg.Handlers, func(h tasuki.Handler) bool { return h.Kind() == rec.Kind }) {
		b.t.Fatalf("run: kind %q, job %s: no handler is of its kind", rec.Kind, rec.ID)
		return nil
	}
	if err := b.ripen(rec); err != nil {
		b.t.Fatalf("run: kind %q, job %s: make it due: %v", rec.Kind, rec.ID, err)
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
	b.t.Helper()
	b.settings.plans, b.plans = b.plans, nil
	for _, o := range opts {
		o(&b.settings)
	}
	if b.settings.st != b.Store {
		b.t.Fatalf("On is for New and Run: the jobs are in another store")
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
	if b.Clock != nil {
		b.Clock.Turn(max(now.DueAt.Sub(b.Clock.Now()), 0))
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
	return "it is " + string(now.State)
}
