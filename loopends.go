package tasuki

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// How a loop begins and ends: hooks, the total, what is told of its end.

// begin calls the hook and counts.
func (it *iteration) begin(ctx context.Context, total func(context.Context) (int64, error)) error {
	hook, name := it.start, "OnStart"
	if it.state.Cursor != nil {
		hook, name = it.resume, "OnResume"
	}
	if err := it.hook(ctx, name, hook); err != nil {
		return err
	}
	if total == nil {
		return nil
	}
	n, err := total(ctx)
	if err != nil {
		return fmt.Errorf("%s: count the source: %w", it, err)
	}
	if it.at.path == "" { // a loop in an item of another is no progress of the job
		it.total = n
	}
	if it.state.Cursor != nil {
		it.done = it.run.rec.Progress.Done
	}
	return nil
}

func (it *iteration) hook(ctx context.Context, name string, do func(context.Context) error) error {
	if do == nil {
		return nil
	}
	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %s: %w", it, name, err)
	}
	return nil
}

// end is the loop's end: of the source, or only of the context.
func (it *iteration) end(ctx context.Context) error {
	if ctx.Err() != nil {
		return it.left(ctx, it.run.over(ctx, it.at))
	}
	if err := it.hook(ctx, "OnComplete", it.complete); err != nil {
		return err
	}
	if it.name == mainLoop {
		return nil // the job's own end records it
	}
	r := it.run
	r.mu.Lock()
	defer r.mu.Unlock()
	*it.state = loopState{Done: true}
	r.changed()
	return nil
}

// left is the end of a loop that is not at its end: hooks are told.
func (it *iteration) left(ctx context.Context, err error) error {
	said := saidIn(err)
	cause := context.Cause(ctx)
	hook, name := it.stop, "OnStop"
	switch {
	case errors.Is(cause, ErrCancelled):
		hook, name = it.cancel, "OnCancel"
	case errors.Is(err, errRefused), said.is(outYield), said.is(outSnooze), errors.Is(cause, ErrStopping):
	default:
		return err
	}
	if failed := it.hook(ctx, name, hook); failed != nil {
		it.run.log.Error("a hook failed", append(logAttrs(it.run), slog.String("hook", name), slog.Any("error", failed))...)
	}
	return err
}
