package tasuki

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// An iteration is one loop in one run: it asks before each item whether it may
// begin, and records behind each how far the loop is.
type iteration struct {
	eachSettings
	run   *run
	at    *place // where the loop stands
	name  string
	path  string     // for people
	state *loopState // guarded by run.mu

	// Owned by the loop's goroutine.
	items   int64     // begun in this run
	began   time.Time // when the first of them was to begin; only with maxRun
	total   int64     // 0: not known, or not shown
	done    int64     // of total
	largest int       // cursor whose state was seen to fit
}

// iterate runs a loop from where it stands to its end.
func iterate[C, T any](ctx context.Context, name string, src Source[C, T], do func(context.Context, T) error, opts []EachOption) error {
	it, err := openLoop(ctx, name, opts)
	if err != nil || it == nil {
		return err
	}
	if err := src.check(do); err != nil {
		return fmt.Errorf("%s: %w", it, err)
	}
	start, err := decodeCursor[C](it.state.Cursor)
	if err != nil {
		return fmt.Errorf("%s: %w", it, err)
	}
	order := ordering(src.Compare, start, it.state.Cursor)
	ctx, end := it.beside(ctx)
	defer end()
	if err := it.begin(ctx, src.Total); err != nil {
		return err
	}
	whole := false
	defer it.run.unlessWhole(&whole, it.path, it.String)
	err = walk(ctx, it, src.After(ctx, start), func(item T) error {
		return one(ctx, it, src.Cursor(item), order, func(ctx context.Context) error { return do(ctx, item) })
	})
	whole = true
	return err
}

// check refuses a source that has not what a loop needs.
func (s *Source[C, T]) check(do func(context.Context, T) error) error {
	what := ""
	switch {
	case s.After == nil:
		what = "source has no After"
	case s.Cursor == nil:
		what = "source has no Cursor"
	case do == nil:
		what = "function for its items is nil"
	default:
		return nil
	}
	return fmt.Errorf("the %s (hint: a loop needs all three)", what)
}

// beside is the context of what the loop calls that is no item: hooks, Total,
// Throttle, the source. Where the loop stands in an item or a step, a Commit there
// would end that before the loop is done; so it is refused, and so is one by the
// context around the loop, until end is called.
func (it *iteration) beside(ctx context.Context) (context.Context, func()) {
	if it.at.above == nil {
		return ctx, func() {}
	}
	held := it.at.held.Within()
	held.Take(&store.Point{Stand: it.noCommit})
	return store.WithHeld(ctx, held), held.Leave
}

func (it *iteration) noCommit() (store.Standing, error) {
	return store.Standing{}, fmt.Errorf("%s: Commit in a hook or the source of a loop that stands in an item or a step, which it would end: %w (hint: give Commit the context that the item's function got, as its last act)", it, store.ErrNoItem)
}

// walk takes item after item until one fails or there is none.
func walk[T any](ctx context.Context, it *iteration, items iter.Seq2[T, error], one func(T) error) error {
	for item, err := range items {
		if err != nil {
			return it.left(ctx, fmt.Errorf("%s: source: %w", it, err))
		}
		if err := one(item); err != nil {
			return it.left(ctx, err)
		}
	}
	return it.end(ctx)
}

// one does one item, if the runtime lets it begin.
func one[C any](ctx context.Context, it *iteration, c C, o *order[C], do func(context.Context) error) error {
	if err := it.next(ctx); err != nil {
		return err
	}
	raw, err := it.run.encodeCursor(c)
	if err == nil {
		err = errors.Join(o.next(c, raw), it.fits(raw))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", it, err)
	}
	i, err := it.take(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", it, err)
	}
	defer i.leave()
	if err := do(i.under(ctx)); err != nil {
		return err
	}
	return i.advance()
}

// openLoop finds a loop's state; nil without an error if it is done.
func openLoop(ctx context.Context, name string, opts []EachOption) (*iteration, error) {
	at, err := placeOf(ctx, "loop")
	if err != nil {
		return nil, err
	}
	r := at.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := at.named("loop", name); err != nil {
		return nil, err
	}
	it := &iteration{run: r, at: at, name: name, path: at.below(title(name)), state: at.open().loop(name)}
	for _, o := range opts {
		o(&it.eachSettings)
	}
	if it.state.Done {
		return nil, nil
	}
	return it, nil
}

// title is a loop's name in a path.
func title(loop string) string {
	if loop == mainLoop {
		return "each"
	}
	return loop
}

// String says where the loop is, for errors.
func (it *iteration) String() string {
	cursor := it.state.Cursor
	if cursor == nil {
		return fmt.Sprintf("kind %q, %s, first item", it.run.rec.Kind, it.path)
	}
	return fmt.Sprintf("kind %q, %s, item behind cursor %.200s", it.run.rec.Kind, it.path, cursor)
}

// next says whether the next item may begin.
func (it *iteration) next(ctx context.Context) error {
	it.items++
	if it.run.probe != nil {
		it.run.probe(ctx, probe.Point{Path: it.path, Item: it.items})
	}
	if err := it.run.next(ctx, it.at); err != nil {
		return err
	}
	if it.ranOut() {
		return it.run.cutOff(it.at, Yield())
	}
	if it.throttle != nil {
		if d := it.throttle(ctx); d > 0 {
			return it.run.cutOff(it.at, Snooze(d))
		}
	}
	return nil
}

// ranOut says whether MaxRun is over. At least one item is done per run.
func (it *iteration) ranOut() bool {
	if it.maxRun <= 0 {
		return false
	}
	if it.items == 1 {
		it.began = time.Now()
	}
	return it.items > 1 && time.Since(it.began) >= it.maxRun
}
