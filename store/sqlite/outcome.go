package sqlite

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
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
	if err := b.store.checkOutcome(o); err != nil {
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
	if r.newer(o.Seq) {
		return nil
	}
	r.stand(o)
	if _, err := b.tx.exec(ctx, saveSQL, r.seq, orNull(r.cursor), r.progress.stored(), int64(o.Seq)); err != nil {
		return err
	}
	return b.then(ctx, o)
}

// newer says whether the claim's cursor is as new as seq or newer.
func (r *row) newer(seq uint64) bool { return r.saved.Valid && seq <= uint64(r.saved.Int64) }

// stand takes over where the job stands.
func (r *row) stand(o *store.Outcome) {
	if o.Cursor != nil && (o.Seq == 0 || !r.newer(o.Seq)) {
		r.cursor = o.Cursor
	}
	if o.Progress != nil {
		r.progress.Progress = *o.Progress
		r.progress.Note = clean(o.Progress.Note)
	}
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
	r.stand(o)
	if err := b.mover.lift(ctx, r); err != nil {
		return err
	}
	if o.Verb != store.Return {
		r.more.Deaths = 0
	}
	if o.Verb != store.Return && (o.Verb != store.Finish || r.more.Runs > 0) {
		if err := b.mover.noteRun(ctx, r, b.req.Worker, o.Why); err != nil {
			return err
		}
	}
	verbs[o.Verb](b, r, o)
	b.claimable = true
	if err := b.mover.settle(ctx, r); err != nil {
		return err
	}
	return b.then(ctx, o)
}

// verbs bring a job that is running to what the outcome says.
var verbs = map[store.Verb]func(*batch, *row, *store.Outcome){
	store.Save: func(*batch, *row, *store.Outcome) {},
	store.Finish: func(b *batch, r *row, o *store.Outcome) {
		b.done++
		r.result = o.Result
		r.end(done, b.mover.now, "")
	},
	store.Fail: func(b *batch, r *row, o *store.Outcome) {
		b.fail(r, o)
		r.wait(retry, b.mover.now, o)
	},
	store.Bury: func(b *batch, r *row, o *store.Outcome) {
		b.fail(r, o)
		r.end(dead, b.mover.now, o.Why)
	},
	store.Snooze: func(b *batch, r *row, o *store.Outcome) { r.wait(scheduled, b.mover.now, o) },
	store.HandOver: func(b *batch, r *row, o *store.Outcome) {
		r.more.Interruptions++
		r.state, r.ord = ready, b.mover.now
		if !o.Back {
			r.ord -= front
		}
	},
	store.Return: func(_ *batch, r *row, _ *store.Outcome) { r.state = ready },
	store.Cancel: func(b *batch, r *row, o *store.Outcome) {
		why := o.Why
		if r.cancelling && r.more.Why != "" {
			why = "" // the words of who asked for it stay
		}
		r.end(cancelled, b.mover.now, why)
	},
}

// fail counts an attempt.
func (b *batch) fail(r *row, o *store.Outcome) {
	b.failed++
	r.more.Attempts++
	if f := o.Failure; f != nil {
		r.more.Failure = &store.Failure{
			Class:   store.Clean(f.Class, store.MaxName),
			Message: clean(f.Message),
			Stack:   store.Clean(f.Stack, maxStack),
			At:      micros(b.mover.now),
		}
	}
}

// maxStack is how many bytes of a stack are kept.
const maxStack = 64 << 10

// clean is a text as it is kept.
func clean(text string) string { return store.Clean(text, store.MaxMessage) }

// wait makes the job ready after the outcome's delay, and of the given state
// until then.
func (r *row) wait(until, now int64, o *store.Outcome) {
	r.state, r.ord = ready, now
	if o.Delay > 0 {
		r.state, r.ord = until, now+max(o.Delay.Microseconds(), 1)
	}
}
