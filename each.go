package tasuki

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// A Source is a sequence of items that can be continued behind any of them.
type Source[C, T any] struct {
	// After yields the items that come after cursor c, in an order that does
	// not change; the zero C is the start. A yielded error fails the attempt;
	// what was done until then stays done.
	After func(ctx context.Context, c C) iter.Seq2[T, error]
	// Cursor is how far the job is once this item is done. It must become JSON
	// and come back as the same C.
	Cursor func(T) C
}

// Each makes a handler that does one item after another and can be interrupted
// between any two: when the worker stops, the item in hand is done, the cursor is
// handed over with the job in one write, and the next worker goes on behind it.
// After kill -9 at most one item, or the items of the last 50 ms, are done again;
// none where do writes through the store's Commit, which saves the cursor in the
// same transaction.
//
// An error of do, or from the source, fails the attempt; the next one goes on
// behind the last item that was done.
func Each[A, C, T any](k Kind[A], from func(A) Source[C, T], do func(context.Context, A, T) error) Handler {
	h := k.handler(func(ctx context.Context, r *run) error {
		args, err := decodeArgs[A](r.rec.Args)
		if err != nil {
			return err
		}
		start, err := decodeCursor[C](r.standing())
		if err != nil {
			return err
		}
		defer r.held.Take(nil)
		src := from(args)
		for item, err := range src.After(ctx, start) {
			if err != nil {
				return fmt.Errorf("source: %w", err)
			}
			if err := one(ctx, r, src.Cursor(item), func() error { return do(ctx, args, item) }); err != nil {
				return err
			}
		}
		return r.source(ctx)
	})
	h.cursor = true
	return h
}

// one does one item, if the runtime lets it begin.
func one[C any](ctx context.Context, r *run, c C, do func() error) error {
	if err := r.next(ctx); err != nil {
		return err
	}
	raw, err := r.encodeCursor(c)
	if err != nil {
		return fmt.Errorf("item behind cursor %s: %w", r.standing(), err)
	}
	r.held.Take(raw)
	if err := do(); err != nil {
		return err
	}
	r.advance(raw)
	return nil
}

// source tells a source that came to its end from one that only saw its context
// end: the latter is no end of the job.
func (r *run) source(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return r.over(ctx)
}

func decodeCursor[C any](raw json.RawMessage) (C, error) {
	var c C
	if len(raw) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("%w: cursor %s does not decode into %T: %w", ErrBadJob, raw, c, err)
	}
	return c, nil
}
