package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	savepointSQL = query{"savepoint", "SAVEPOINT outcome"}
	noLimitSQL   = query{"no_limit", "SET LOCAL lock_timeout TO DEFAULT"}
	keepSQL      = query{"keep", "RELEASE SAVEPOINT outcome"}
	undoSQL      = query{"undo", "ROLLBACK TO SAVEPOINT outcome"}
)

// refusals are the classes of errors by which the server says that it will never take
// what was given: data exceptions, constraints, views, limits of what can be stored,
// and what a trigger of somebody's raised.
var refusals = []string{"22", "23", "44", "54", "P0"}

func isRefusal(err error) bool {
	c := code(err)
	return len(c) == 5 && slices.Contains(refusals, c[:2])
}

// lastWait is how long outcomes wait for locks once one has waited in vain.
const lastWait = time.Millisecond

// oneByOne applies each outcome for itself, in the batch's transaction, so that one
// which the server refuses, or which has to wait, does not hold up the others.
func (b *batch) oneByOne(ctx context.Context) error {
	for i := range b.req.Outcomes {
		o := &b.req.Outcomes[i]
		part := batch{store: b.store, tx: b.tx, waits: b.waits, now: b.now, worker: b.worker, results: b.results[i : i+1],
			req: &store.SettleRequest{Worker: b.req.Worker, Outcomes: b.req.Outcomes[i : i+1]}}
		part.changes.now = b.now
		err := part.alone(ctx)
		switch {
		case err == nil:
			b.done, b.failed = b.done+part.done, b.failed+part.failed
			b.queues = append(b.queues, part.queues...)
			continue
		case isRefusal(err):
			b.results[i] = store.Result{What: store.Refused,
				Err: fmt.Errorf("%s of job %q: the server refuses it: %w: %w", o.Verb, o.ID, store.ErrInvalid, err)}
		case code(err) == codeLocked && len(o.Enqueue) > 0:
			b.results[i] = store.Result{What: store.Later}
			b.waits = lastWait
		default:
			return err
		}
		if err := b.tx.do(ctx, &call{query: undoSQL}); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) alone(ctx context.Context) error {
	if err := b.tx.do(ctx, &call{query: savepointSQL}, &call{query: noLimitSQL}, b.hold()); err != nil {
		return err
	}
	if err := b.together(ctx); err != nil {
		return err
	}
	return b.tx.do(ctx, &call{query: keepSQL})
}
