package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	finishSQL     = named("settle_finish")
	saveSQL       = named("settle_save")
	settleOpenSQL = named("settle_open")
	settleHeldSQL = named("settle_held")
	settleNoteSQL = named("settle_note")
	nowSQL        = named("now")
)

// Settle writes what became of claims; see [store.Consumer]. Where all just finish,
// and where all only save, it is one statement.
func (s *Store) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if err := sqlstore.CheckBatch(&req); err != nil || len(req.Outcomes) == 0 {
		return store.SettleReply{}, err
	}
	for _, fast := range []func(context.Context, *store.SettleRequest) ([]store.Result, error){s.finish, s.save} {
		results, err := fast(ctx, &req)
		if isRefusal(err) {
			break
		}
		if err != nil || results != nil {
			return store.SettleReply{Results: results}, err
		}
	}
	b, err := s.settle(ctx, &req, false)
	if isRefusal(err) || code(err) == codeLocked {
		b, err = s.settle(ctx, &req, true)
	}
	if err != nil {
		return store.SettleReply{}, err
	}
	s.bell.ring(b.queues...)
	return store.SettleReply{Results: b.results}, nil
}

// settle applies a batch in one transaction; apart: each outcome for itself.
func (s *Store) settle(ctx context.Context, req *store.SettleRequest, apart bool) (b batch, err error) {
	err = s.write(ctx, "settle", func(t *tx) error {
		b = batch{store: s, req: req, tx: t, apart: apart, waits: lockPatience, results: make([]store.Result, len(req.Outcomes))}
		return b.run(ctx)
	})
	return b, err
}

// finish applies a batch in which all just finish, or answers nil.
func (s *Store) finish(ctx context.Context, req *store.SettleRequest) ([]store.Result, error) {
	ids, tokens := make([]string, len(req.Outcomes)), make([]int64, len(req.Outcomes))
	seen := make(map[string]bool, len(ids))
	for i := range req.Outcomes {
		o := &req.Outcomes[i]
		if o.Verb != store.Finish || len(o.Enqueue) > 0 || seen[o.ID] || sqlstore.CheckOutcome(o, s.options.MaxPayload) != nil {
			return nil, nil
		}
		ids[i], tokens[i], seen[o.ID] = o.ID, int64(o.Token), true
	}
	results := all(len(ids), store.Applied)
	var done, before bool
	err := s.once(ctx, "settle", &call{query: finishSQL,
		args: []any{req.Worker, int64(req.Batch), ids, tokens, sqlstore.Answers(results)},
		row:  func(r scanner) error { return r.Scan(&done, &before) }})
	if isUnique(err) || err == nil && !done {
		return nil, nil // it is looked at with more care
	}
	if err != nil {
		return nil, err
	}
	return results, nil
}

func all(n int, what store.ResultWhat) []store.Result {
	results := make([]store.Result, n)
	for i := range results {
		results[i].What = what
	}
	return results
}

// save applies a batch in which all only save, or answers nil.
func (s *Store) save(ctx context.Context, req *store.SettleRequest) ([]store.Result, error) {
	if req.Batch > 0 {
		return nil, nil
	}
	n := len(req.Outcomes)
	ids, tokens, seqs := make([]string, n), make([]int64, n), make([]int64, n)
	cursors, progresses := make([]*string, n), make([]*string, n)
	seen := make(map[string]bool, n)
	for i := range req.Outcomes {
		o := &req.Outcomes[i]
		if len(o.Enqueue) > 0 || seen[o.ID] || sqlstore.CheckOutcome(o, s.options.MaxPayload) != nil {
			return nil, nil
		}
		var j sqlstore.Job
		j.Stand(o)
		ids[i], tokens[i], seqs[i], seen[o.ID] = o.ID, int64(o.Token), int64(o.Seq), true
		cursors[i], progresses[i] = orNone(o.Cursor), nil
		if o.Progress != nil {
			p := sqlstore.JSON(&j.Progress)
			progresses[i] = &p
		}
	}
	results := all(n, store.Lost)
	err := s.once(ctx, "settle", &call{query: saveSQL, args: []any{req.Worker, ids, tokens, cursors, progresses, seqs},
		row: func(r scanner) error {
			var n int
			err := r.Scan(&n)
			if err == nil {
				results[n-1].What = store.Applied
			}
			return err
		}})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// A batch is one Settle under way.
type batch struct {
	store   *Store
	req     *store.SettleRequest
	tx      *tx
	apart   bool
	waits   time.Duration // how long what is enqueued waits for locks
	now     int64
	worker  int32
	held    map[string]*sqlstore.Job
	results []store.Result
	changes changes
	enqueue []store.Job
	queues  []string // in which something may be claimed now

	done, failed int
}

// run applies the batch unless it was applied before. A worker that is not known
// holds no claims.
func (b *batch) run(ctx context.Context) error {
	known, answers, err := b.open(ctx)
	switch {
	case err != nil:
		return err
	case !known:
		b.results = all(len(b.results), store.Lost)
		return nil
	case answers != nil && b.req.Batch > 0:
		results, ok, err := sqlstore.Again(b.req, *answers)
		if ok || err != nil {
			b.results = results
			return err
		}
		return fmt.Errorf("batch %d: what is kept of its answers cannot be read", b.req.Batch)
	}
	apply := b.together
	if b.apart {
		apply = b.oneByOne
	}
	if err := apply(ctx); err != nil {
		return err
	}
	if b.req.Batch == 0 {
		return nil
	}
	return b.tx.finish(ctx, b.note())
}

// note notes the batch. Where something is applied the lock on its job keeps the worker
// from being forgotten meanwhile; where nothing is, it takes one on the worker.
func (b *batch) note() *call {
	applied := slices.ContainsFunc(b.results, func(r store.Result) bool { return r.What == store.Applied })
	return &call{query: settleNoteSQL.with(map[string]bool{"nothing": !applied}),
		args: []any{b.worker, int64(b.req.Batch), b.done, b.failed, sqlstore.Answers(b.results)}}
}

// open reads what the batch is about.
func (b *batch) open(ctx context.Context) (known bool, answers *string, err error) {
	calls := []*call{{query: settleOpenSQL, args: []any{b.req.Worker, int64(b.req.Batch)}, row: one(&known, &b.worker, &answers)}}
	if !b.apart {
		calls = append(calls, b.hold())
	}
	calls = append(calls, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&b.now) }})
	err = b.tx.do(ctx, calls...)
	b.changes.now = b.now
	return known, answers, err
}

// hold locks the jobs of the batch, and reads them.
func (b *batch) hold() *call {
	ids := make([]string, len(b.req.Outcomes))
	for i := range ids {
		ids[i] = b.req.Outcomes[i].ID
	}
	b.held = make(map[string]*sqlstore.Job, len(ids))
	return &call{query: settleHeldSQL, args: []any{b.req.Worker, ids}, row: func(r scanner) error {
		j, err := readJob(r)
		if err == nil {
			b.held[j.ID] = j
		}
		return err
	}}
}

// together applies all outcomes, or fails.
func (b *batch) together(ctx context.Context) error {
	if err := b.judge(ctx); err != nil {
		return err
	}
	return b.write(ctx)
}

// judge judges the outcomes in their order. What they enqueue is admitted once the
// keys of all jobs that end are free.
func (b *batch) judge(ctx context.Context) error {
	saved := map[string]*sqlstore.Job{}
	for i := range b.req.Outcomes {
		o := &b.req.Outcomes[i]
		j := b.held[o.ID]
		if j == nil || j.Token != int64(o.Token) {
			b.results[i].What = store.Lost
			continue
		}
		if err := sqlstore.CheckOutcome(o, b.store.options.MaxPayload); err != nil {
			b.results[i] = store.Result{What: store.Refused, Err: fmt.Errorf("%s of job %q: %w", o.Verb, o.ID, err)}
			continue
		}
		b.results[i].What = store.Applied
		b.enqueue = append(b.enqueue, o.Enqueue...)
		if o.Verb == store.Save {
			if !j.Newer(o.Seq) {
				j.Stand(o)
				j.Saved = int64(o.Seq)
				saved[j.ID] = j
			}
			continue
		}
		delete(saved, j.ID)
		delete(b.held, j.ID)
		b.conclude(j, o)
	}
	return b.saves(ctx, saved)
}

func (b *batch) conclude(j *sqlstore.Job, o *store.Outcome) {
	switch o.Verb {
	case store.Finish:
		b.done++
	case store.Fail, store.Bury:
		b.failed++
	}
	b.changes.note(j.Conclude(o, b.req.Worker, b.now))
	b.changes.put(j)
	b.queues = append(b.queues, j.Queue)
}

// saves writes jobs that go on.
func (b *batch) saves(ctx context.Context, saved map[string]*sqlstore.Job) error {
	if len(saved) == 0 {
		return nil
	}
	var ids []string
	var tokens, seqs []int64
	var cursors, progresses []*string
	for id, j := range saved {
		ids, tokens, seqs = append(ids, id), append(tokens, j.Token), append(seqs, j.Saved)
		cursors, progresses = append(cursors, orNone(j.Cursor)), append(progresses, progressOf(&j.Progress))
	}
	return b.tx.do(ctx, &call{query: saveSQL, args: []any{b.req.Worker, ids, tokens, cursors, progresses, seqs}})
}

// write writes what became of the jobs, and lets in what they enqueue. That may want
// what a transaction of the application's has: it does not wait for long.
func (b *batch) write(ctx context.Context) error {
	if len(b.enqueue) == 0 {
		return b.changes.write(ctx, b.tx)
	}
	if err := b.tx.do(ctx, append(b.changes.calls(), lockLimit(b.waits))...); err != nil {
		return err
	}
	b.queues = append(b.queues, queuesOf(b.enqueue)...)
	d := b.store.inOwn(b.tx)
	return d.admit(ctx, b.enqueue)
}
