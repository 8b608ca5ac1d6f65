package source

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"

	"github.com/tasuki-jobs/tasuki"
)

// A Pair is an item of an inner source and the outer item that it belongs to.
type Pair[O, I any] struct {
	Outer O
	Inner I
}

// A Nest is the cursor of [Nested]: one of each level.
type Nest[O, I any] struct {
	Before *O `json:"before,omitempty"` // the outer item before the one in hand; nil: none
	In     *O `json:"in,omitempty"`     // the outer item in hand; nil: the start
	Inner  I  `json:"inner"`            // the last item done in it
}

// Nested goes through the items of an inner source for each item of an outer one:
// the orders of each customer, the lines of each file. To nest deeper, nest again. An
// outer item without inner ones yields nothing.
//
// Cursor: those of both levels. Resuming asks the outer source for the item in hand
// once more and the inner one for what is behind its cursor, so it costs what both cost.
//
// If the outer item in hand is gone, the job goes on with the outer item behind it.
// Outer items that were added before it are not done. To know the one from the
// other the outer source is read on until the item in hand is passed, or, without a
// Compare, to its end.
func Nested[OC, O, IC, I any](outer tasuki.Source[OC, O], inner func(O) tasuki.Source[IC, I]) Of[Nest[OC, IC], Pair[O, I]] {
	n := nesting[OC, O, IC, I]{outer, inner}
	return items(Of[Nest[OC, IC], Pair[O, I]]{
		After: func(ctx context.Context, c Nest[OC, IC]) iter.Seq2[Item[Nest[OC, IC], Pair[O, I]], error] {
			return func(yield func(Item[Nest[OC, IC], Pair[O, I]], error) bool) { n.walk(ctx, c, yield) }
		},
	})
}

type nesting[OC, O, IC, I any] struct {
	outer tasuki.Source[OC, O]
	inner func(O) tasuki.Source[IC, I]
}

// A walkthrough is one run through nested sources.
type walkthrough[OC, O, IC, I any] struct {
	nesting[OC, O, IC, I]
	ctx   context.Context
	yield func(Item[Nest[OC, IC], Pair[O, I]], error) bool
	order order[OC]
}

func (n nesting[OC, O, IC, I]) walk(ctx context.Context, c Nest[OC, IC], yield func(Item[Nest[OC, IC], Pair[O, I]], error) bool) {
	w := walkthrough[OC, O, IC, I]{n, ctx, yield, order[OC]{compare: n.outer.Compare, last: c.Before}}
	found, err := w.through(c)
	if err == nil && !found {
		w.order.last = c.In
		_, err = w.through(Nest[OC, IC]{Before: c.In})
	}
	if err != nil && err != errEnough {
		yield(Item[Nest[OC, IC], Pair[O, I]]{}, err)
	}
}

// through goes on behind c to the end. It answers false if the item in hand is gone
// and nothing told that what came was behind it.
func (w *walkthrough[OC, O, IC, I]) through(c Nest[OC, IC]) (found bool, err error) {
	var from OC
	if c.Before != nil {
		from = *c.Before
	}
	found = c.In == nil
	for o, err := range w.outer.After(w.ctx, from) {
		if err != nil {
			return found, err
		}
		at := w.outer.Cursor(o)
		here := Nest[OC, IC]{Before: c.Before, In: &at}
		switch {
		case found:
		case w.same(at, *c.In):
			here.Inner, found = c.Inner, true
		case w.order.passed(at, *c.In):
			found = true
		}
		if err := w.order.next(at); err != nil {
			return found, err
		}
		if !found {
			continue // it was added before the item in hand
		}
		if err := w.within(here, o); err != nil {
			return found, err
		}
		c.Before = &at
	}
	return found, nil
}

// within goes through one outer item.
func (w *walkthrough[OC, O, IC, I]) within(c Nest[OC, IC], o O) error {
	src := w.inner(o)
	watch := order[IC]{compare: src.Compare}
	for i, err := range src.After(w.ctx, c.Inner) {
		if err != nil {
			return err
		}
		c.Inner = src.Cursor(i)
		if err := watch.next(c.Inner); err != nil {
			return err
		}
		if !w.yield(Item[Nest[OC, IC], Pair[O, I]]{c, Pair[O, I]{o, i}}, nil) {
			return errEnough
		}
	}
	return nil
}

// same says whether two cursors are one.
func (w *walkthrough[OC, O, IC, I]) same(a, b OC) bool {
	if w.outer.Compare != nil {
		return w.outer.Compare(a, b) == 0
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
