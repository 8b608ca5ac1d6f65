package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	batchSQL   = text("settle_batch")
	answersSQL = text("settle_answers")
)

// Settle writes what became of claims; see [store.Consumer].
func (s *Store) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if err := checkBatch(&req); err != nil || len(req.Outcomes) == 0 {
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

func checkBatch(req *store.SettleRequest) error {
	if req.Batch > 0 {
		return nil
	}
	for _, o := range req.Outcomes {
		if o.Verb != store.Save {
			return fmt.Errorf("settle: batch 0 holds %q of job %q: %w", o.Verb, o.ID, store.ErrInvalid)
		}
	}
	return nil
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
		if done, err := b.again(answers); done || err != nil {
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

// An answer is one result of a batch that was not Applied, as it is kept for a
// resend.
type answer struct {
	What store.ResultWhat `json:"what"`
	Why  string           `json:"why,omitempty"`
}

// kept is the answer to a whole batch.
type kept struct {
	Outcomes int            `json:"outcomes"`
	Not      map[int]answer `json:"not,omitempty"` // by index: what was not Applied
}

// answers is what the worker's row keeps of this batch, or what it kept if this
// one is older.
func (b *batch) answers(newer bool, old []byte) any {
	if !newer {
		return orNull(old)
	}
	k := kept{Outcomes: len(b.results)}
	for i, r := range b.results {
		if r.What == store.Applied {
			continue
		}
		if k.Not == nil {
			k.Not = map[int]answer{}
		}
		a := answer{What: r.What}
		if r.Err != nil {
			a.Why = r.Err.Error()
		}
		k.Not[i] = a
	}
	return asJSON(&k)
}

// again answers a batch that was applied before, unless what it was answered cannot
// be read: then it is judged anew, and what it ended is Lost.
func (b *batch) again(answers []byte) (done bool, err error) {
	var k kept
	if json.Unmarshal(answers, &k) != nil {
		return false, nil
	}
	if k.Outcomes != len(b.req.Outcomes) {
		return false, fmt.Errorf("batch %d had %d outcomes when it was applied, now %d: %w",
			b.req.Batch, k.Outcomes, len(b.req.Outcomes), store.ErrInvalid)
	}
	b.fill(store.Already)
	for i, a := range k.Not {
		b.results[i] = store.Result{What: a.What}
		if a.Why != "" {
			b.results[i].Err = refusal{a.Why}
		}
	}
	return true, nil
}

// A refusal is the error of a Refused outcome, read back.
type refusal struct{ why string }

func (r refusal) Error() string { return r.why }
func (r refusal) Unwrap() error { return store.ErrInvalid }

// checkOutcome says why an outcome can never be written, or nil.
func (s *Store) checkOutcome(o *store.Outcome) error {
	if verbs[o.Verb] == nil {
		return fmt.Errorf("no such verb: %w", store.ErrInvalid)
	}
	if err := checkJSON("Cursor", o.Cursor, s.options.MaxPayload); err != nil {
		return err
	}
	if err := checkJSON("Result", o.Result, s.options.MaxPayload); err != nil {
		return err
	}
	if err := s.check(o.Enqueue); err != nil {
		return fmt.Errorf("Enqueue: %w", err)
	}
	return nil
}

func checkJSON(field string, text json.RawMessage, limit int) error {
	switch {
	case text == nil:
		return nil
	case len(text) > limit:
		return fmt.Errorf("%s is %d bytes, over the limit of %d: %w", field, len(text), limit, store.ErrInvalid)
	case !utf8.Valid(text) || !json.Valid(text):
		return fmt.Errorf("%s is not valid JSON in UTF-8: %w", field, store.ErrInvalid)
	}
	return nil
}
