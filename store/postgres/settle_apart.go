package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	savepointSQL = query{"savepoint", "SAVEPOINT outcome"}
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

// oneByOne applies each outcome for itself, in the batch's transaction, so that one
// which the server refuses does not hold up the others.
func (b *batch) oneByOne(ctx context.Context) error {
	for i := range b.req.Outcomes {
		o := &b.req.Outcomes[i]
		part := batch{store: b.store, tx: b.tx, now: b.now, worker: b.worker, results: b.results[i : i+1],
			req: &store.SettleRequest{Worker: b.req.Worker, Outcomes: b.req.Outcomes[i : i+1]}}
		part.changes.now = b.now
		err := part.alone(ctx)
		if isRefusal(err) {
			b.results[i] = store.Result{What: store.Refused,
				Err: fmt.Errorf("%s of job %q: the server refuses it: %w: %w", o.Verb, o.ID, store.ErrInvalid, err)}
			if err := b.tx.do(ctx, &call{query: undoSQL}); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		b.done, b.failed = b.done+part.done, b.failed+part.failed
		b.queues = append(b.queues, part.queues...)
	}
	return nil
}

func (b *batch) alone(ctx context.Context) error {
	if err := b.tx.do(ctx, &call{query: savepointSQL}, b.hold()); err != nil {
		return err
	}
	if err := b.together(ctx); err != nil {
		return err
	}
	return b.tx.do(ctx, &call{query: keepSQL})
}
