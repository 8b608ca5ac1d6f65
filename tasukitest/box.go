package tasukitest

import (
	"context"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A Box is a store with jobs in it, the handlers that run them, and a clock. It
// belongs to the goroutine of its test.
type Box struct {
	// Store is where the jobs are.
	Store store.Store
	// Clock is the store's clock; nil if On said that it has another.
	Clock *Clock

	t        TB
	settings settings
	plans    []*plan        // given to New: for the first run
	left     []store.Record // jobs that ran here and left the store
}

// New makes a box whose jobs are run as a worker with this Config would, one at a
// time: box := tasukitest.New(t, tasuki.Config{Handlers: handlers}).
func New(t TB, cfg tasuki.Config, opts ...Option) *Box {
	t.Helper()
	b := &Box{t: t, settings: settings{cfg: cfg}}
	for _, o := range opts {
		o(&b.settings)
	}
	if b.settings.st == nil {
		b.settings.clock = &Clock{}
		b.settings.st = memory.New(memory.Options{Clock: b.settings.clock.Now})
	}
	b.plans, b.settings.plans = b.settings.plans, nil
	b.Store, b.Clock = b.settings.st, b.settings.clock
	return b
}

// Run enqueues one job in a box of its own and runs it once: until it is done, has
// failed, or is interrupted. Jobs that it enqueues are not run.
func Run(t TB, h tasuki.Handler, job store.Job, opts ...Option) *Result {
	t.Helper()
	b := New(t, tasuki.Config{Handlers: []tasuki.Handler{h}}, opts...)
	b.Enqueue(job)
	rec := b.find(job.ID)
	if rec == nil {
		t.Fatalf("run: kind %q, job %s is not in the store", job.Kind, job.ID)
	}
	return b.one(*rec, nil)
}

// Enqueue puts jobs into the box; the test fails if one was kept out, as by a
// unique key.
func (b *Box) Enqueue(jobs ...store.Job) {
	b.t.Helper()
	became, err := tasuki.Enqueue(context.Background(), b.Store, jobs...)
	if err != nil {
		b.t.Fatalf("%v", err)
	}
	for i, e := range became {
		if e.What != store.Added {
			b.t.Fatalf("enqueue: kind %q, job %s was not added: %s (job %s)", jobs[i].Kind, jobs[i].ID, e.What, e.ID)
		}
	}
}

// Run runs what is due, and what that enqueues, until nothing is left that could
// run now. It answers the runs in the order in which they were claimed.
func (b *Box) Run(opts ...Option) []*Result {
	b.t.Helper()
	all, _ := b.drain(opts)
	return all
}

// Pass turns the clock on by d and runs what becomes due meanwhile, at its time: a
// job that fails is tried again as often as its back-offs fit into d.
func (b *Box) Pass(d time.Duration) []*Result {
	b.t.Helper()
	if b.Clock == nil {
		b.t.Fatalf("pass: the store has a clock of its own (hint: open it with a tasukitest.Clock and give that to On)")
	}
	all, next := b.drain(nil)
	for d > 0 {
		step := d
		if next > 0 {
			step = min(d, next)
		}
		b.Clock.Turn(step)
		d -= step
		var more []*Result
		more, next = b.drain(nil)
		all = append(all, more...)
	}
	return all
}

// Jobs are all jobs that the box has seen: those in the store, as they are there,
// and those that ran here and left it, as they were when they ran. Oldest first.
func (b *Box) Jobs() []store.Record {
	b.t.Helper()
	jobs := Jobs(b.t, b.Store)
	for _, rec := range b.left {
		if !slices.ContainsFunc(jobs, func(r store.Record) bool { return r.ID == rec.ID }) {
			jobs = append(jobs, rec)
		}
	}
	slices.SortStableFunc(jobs, func(a, b store.Record) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return jobs
}

// Jobs are all jobs in a store, oldest first.
func Jobs(t TB, st store.Inspector) []store.Record {
	t.Helper()
	var jobs []store.Record
	req := store.ListRequest{Limit: 1000}
	for {
		page, err := st.List(context.Background(), req)
		if err != nil {
			t.Fatalf("list jobs: %v", err)
			return nil
		}
		jobs = append(jobs, page.Jobs...)
		if req.After = page.Next; req.After == "" {
			break
		}
	}
	slices.Reverse(jobs)
	return jobs
}

// find is a job's record; nil if it is not in the store.
func (b *Box) find(id string) *store.Record {
	b.t.Helper()
	page, err := b.Store.List(context.Background(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil {
		b.t.Fatalf("look at job %s: %v", id, err)
		return nil
	}
	if len(page.Jobs) == 0 {
		return nil
	}
	return &page.Jobs[0]
}
