package sqlite

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	batchSQL   = text("settle_batch")
	answersSQL = text("settle_answers")
)

// Settle writes what became of claims; see [store.Consumer].
func (s *Store) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if err := sqlstore.CheckBatch(&req); err != nil || len(req.Outcomes) == 0 {
		return store.SettleReply{}, err
	}
	b := batch{store: s, req: &req}
	if err := s.write(ctx, "settle", func(tx session) error { return b.run(ctx, tx) }); err != nil {
		return store.SettleReply{}, err
	}
	if b.claimable {
		s.stir()
	}
	return store.SettleReply{Results: b.results}, nil
}

// A batch is one Settle under way.
type batch struct {
	store   *Store
	req     *store.SettleRequest
	tx      session
	mover   mover
	worker  int64
	results []store.Result

	done, failed int
	claimable    bool // some job went back or came new
}

// run applies the batch unless it was applied before. A worker that is not
// known holds no claims.
func (b *batch) run(ctx context.Context, tx session) error {
	b.tx, b.mover = tx, mover{tx: tx, now: b.store.now()}
	b.results = make([]store.Result, len(b.req.Outcomes))
	var number, stored any
	rows, err := tx.query(ctx, batchSQL, b.req.Worker)
	switch err := one(rows, err, &b.worker, &number, &stored); {
	case err == errNoRow:
		b.fill(store.Lost)
		return nil
	case err != nil:
		return err
	}
	last, _ := asInteger(number)
	answers, _ := asJSONText(stored)
	if b.req.Batch > 0 && b.req.Batch == uint64(last) {
		// If what it was answered cannot be read it is judged anew, and what it ended is Lost.
		if results, ok, err := sqlstore.Again(b.req, string(answers)); ok || err != nil {
			b.results = results
			return err
		}
	}
	if err := b.settle(ctx); err != nil {
		return err
	}
	if b.req.Batch == 0 {
		return nil
	}
	_, err = tx.exec(ctx, answersSQL, b.worker, int64(max(b.req.Batch, uint64(last))), b.answers(b.req.Batch >= uint64(last), answers), b.done, b.failed)
	return err
}

func (b *batch) fill(what store.ResultWhat) {
	for i := range b.results {
		b.results[i].What = what
	}
}

// settle judges the outcomes: the many that just finish all at once, then the
// others in their order.
func (b *batch) settle(ctx context.Context) error {
	if err := b.finishPlain(ctx); err != nil {
		return err
	}
	for i := range b.req.Outcomes {
		if b.results[i].What != "" {
			continue
		}
		r, err := b.one(ctx, &b.req.Outcomes[i])
		if err != nil {
			return fmt.Errorf("job %q: %w", b.req.Outcomes[i].ID, err)
		}
		b.results[i] = r
	}
	return b.mover.close(ctx)
}

// answers is what the worker's row keeps of this batch, or what it kept if this
// one is older.
func (b *batch) answers(newer bool, old []byte) any {
	if !newer {
		return orNull(old)
	}
	return sqlstore.Answers(b.results)
}
