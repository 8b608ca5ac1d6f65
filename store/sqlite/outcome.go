package sqlite

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	saveSQL = text("save")
)

// one judges an outcome and applies it.
func (b *batch) one(ctx context.Context, o *store.Outcome) (store.Result, error) {
	r, err := b.held(ctx, o.Claim)
	if err == errNoRow {
		return store.Result{What: store.Lost}, nil
	}
	if err != nil {
		return store.Result{}, err
	}
	if err := sqlstore.CheckOutcome(o, b.store.options.MaxPayload); err != nil {
		return store.Result{What: store.Refused, Err: fmt.Errorf("%s of job %q: %w", o.Verb, o.ID, err)}, nil
	}
	if o.Verb == store.Save {
		err = b.save(ctx, r, o)
	} else {
		err = b.conclude(ctx, r, o)
	}
	return store.Result{What: store.Applied}, err
}

// save stores how far a running job got, unless something newer was there first.
func (b *batch) save(ctx context.Context, r *row, o *store.Outcome) error {
	if r.Newer(o.Seq) {
		return nil
	}
	r.Stand(o)
	if _, err := b.tx.exec(ctx, saveSQL, r.Seq, orNull(r.Cursor), progressOf(&r.Progress), int64(o.Seq)); err != nil {
		return err
	}
	return b.then(ctx, o)
}

// then enqueues what the outcome brings.
func (b *batch) then(ctx context.Context, o *store.Outcome) error {
	if len(o.Enqueue) == 0 {
		return nil
	}
	b.claimable = true
	_, err := b.store.admit(ctx, b.tx, o.Enqueue)
	return err
}

// conclude ends a claim. The job's own key is free before its successors are
// admitted, so that one of them may take it.
func (b *batch) conclude(ctx context.Context, r *row, o *store.Outcome) error {
	if err := b.mover.lift(ctx, r); err != nil {
		return err
	}
	line := r.Conclude(o, b.req.Worker, b.mover.now)
	switch o.Verb {
	case store.Finish:
		b.done++
	case store.Fail, store.Bury:
		b.failed++
	}
	b.claimable = true
	if err := b.mover.note(ctx, line); err != nil {
		return err
	}
	if err := b.mover.put(ctx, r); err != nil {
		return err
	}
	return b.then(ctx, o)
}
