package tasuki

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// A Source is a sequence of items that can be continued behind any of them.
// Package source has them for slices, SQL, CSV, lines, JSON lines and file trees.
type Source[C, T any] struct {
	// After yields the items that come after cursor c, in an order that does
	// not change; the zero C is the start. A yielded error fails the attempt;
	// what was done until then stays done. It returns when there is no item more:
	// the loop is done then, so it must not look at Stopping.
	After func(ctx context.Context, c C) iter.Seq2[T, error]
	// Cursor is how far the job is once this item is done. It must become JSON
	// and come back as the same C (text must be UTF-8), and no two items may have
	// the same.
	Cursor func(T) C
	// Total says how many items there are in all, the done ones included. It is
	// asked once per run; with it the job's progress is kept. Default: not known.
	Total func(context.Context) (int64, error)
	// Compare orders cursors, so that a source that turns round is found: it would
	// make a resumed job skip items, and fails the attempt. Whether the source goes
	// up or down does not matter. Default: numbers and times by value; for other
	// types only a cursor that comes twice in a row is found.
	Compare func(a, b C) int
}

// Each makes a handler that does one item after another and can be interrupted
// between any two: when the worker stops, the item in hand is done, the cursor is
// handed over with the job in one write, and the next worker goes on behind it.
// After kill -9 at most one item, or the items of the last 50 ms, are done again;
// none where do writes through the store's Commit, which saves the cursor in the
// same transaction.
//
// An error of do, or from the source, fails the attempt; the next one goes on
// behind the last item that was done. Then, returned by do, ends the whole job.
//
// A Commit ends the item and must be its last act. An error behind it fails the
// attempt, and the next one goes on behind the item. A second Commit for the item, or
// a loop or a step in it behind the first, is a mistake in the program: the job is dead
// at once where the handler returns its store.ErrNoItem.
func Each[A, C, T any](k Kind[A], from func(A) Source[C, T], do func(context.Context, A, T) error, opts ...EachOption) Handler {
	h := k.handler(func(ctx context.Context, r *run) error {
		args, err := k.decode(r.rec.Args)
		if err != nil {
			return err
		}
		return iterate(ctx, mainLoop, from(args), func(ctx context.Context, item T) error { return do(ctx, args, item) }, opts)
	})
	h.cursor = true
	switch {
	case from == nil:
		h.lacks = "source: the function that Each was given for it is nil"
	case do == nil:
		h.lacks = "function for its items: Each was given nil"
	}
	return h
}

// Loop is Each inside of a handler: for several loops one after another, each with
// a name and a cursor of its own, and for a loop inside an item of another. A loop
// that is done is passed over when the job is resumed.
//
// Loop answers nil when all items are done. Any error is for the handler to return;
// a job whose next item was refused because the worker stops is handed over
// whatever the handler makes of it. Where MaxRun, Throttle, a cancel or the job's
// timeout has ended a loop, a handler that returns nil or Then all the same counts as if
// it had returned the loop's error, and the item or step that the loop stands in is not
// done.
//
// Hooks, Throttle and the source of a loop that stands in an item or a step must not
// Commit: that would end the item before the loop is done, and is refused. In a loop
// that stands in the handler itself a Commit there is one outside of items.
func Loop[C, T any](ctx context.Context, name string, src Source[C, T], do func(context.Context, T) error, opts ...EachOption) error {
	if name == mainLoop {
		return noName("Loop")
	}
	return iterate(ctx, name, src, do, opts)
}

// An EachOption says how a loop is to be treated.
type EachOption func(*eachSettings)

type eachSettings struct {
	maxRun   time.Duration
	throttle func(context.Context) time.Duration

	start, resume, stop, cancel, complete func(context.Context) error
}

// MaxRun lets a loop run for d at a time, from its first item of a run on; then the
// job goes to the back of its queue, so that long jobs let others pass. It is looked at
// between two items. Default: no limit.
func MaxRun(d time.Duration) EachOption { return func(s *eachSettings) { s.maxRun = d } }

// Throttle is asked before each item; an answer above 0 puts the job off for so
// long, with its cursor and at no cost. Use it where something else has to recover
// first: a replica that lags, an API that said "later".
func Throttle(wait func(context.Context) time.Duration) EachOption {
	return func(s *eachSettings) { s.throttle = wait }
}

// OnStart is called before the first item of a loop that begins at its start; an
// error fails the attempt. It comes again if no item was done since.
func OnStart(do func(context.Context) error) EachOption {
	return func(s *eachSettings) { s.start = do }
}

// OnResume is called before the first item of a loop that goes on behind a cursor;
// an error fails the attempt.
func OnResume(do func(context.Context) error) EachOption {
	return func(s *eachSettings) { s.resume = do }
}

// OnStop is called when a loop is left to be continued: the worker stops, MaxRun
// is over, Throttle put it off. The context may be cancelled already; an error is
// logged.
func OnStop(do func(context.Context) error) EachOption {
	return func(s *eachSettings) { s.stop = do }
}

// OnCancel is called when a loop ends because a person cancelled the job. An error
// is logged.
func OnCancel(do func(context.Context) error) EachOption {
	return func(s *eachSettings) { s.cancel = do }
}

// OnComplete is called when all items are done; an error fails the attempt, and
// the next one comes straight here. A kill behind it makes it come again.
func OnComplete(do func(context.Context) error) EachOption {
	return func(s *eachSettings) { s.complete = do }
}

func decodeCursor[C any](raw json.RawMessage) (C, error) {
	var c C
	if len(raw) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("%w: cursor %.200s does not decode into %T: %w (hint: it was written by another version of the program; change a cursor's type together with the kind's name, or teach the new type to read the old)", ErrBadJob, raw, c, err)
	}
	return c, nil
}
