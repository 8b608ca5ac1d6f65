package tasuki

import (
	"context"
	"errors"
)

// How the runtime refuses to begin the next item or step, and makes that count whatever
// the handler answers.

// next is asked before each item: nil to begin it. It refuses while the worker
// stops, and waits while the worker has no answered beat.
func (r *run) next(ctx context.Context, at *place) error {
	for {
		if r.gone.Load() {
			return errEnded
		}
		select {
		case <-r.stopping:
			return r.refuse(at)
		default:
		}
		if ctx.Err() != nil {
			return r.over(ctx, at)
		}
		fresh, changed := r.pulse.fresh()
		if fresh {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-r.stopping:
		}
	}
}

// over says why ctx has ended. A last call is a refusal; so are a cancel and the
// job's timeout, but not a context that the handler itself has ended.
func (r *run) over(ctx context.Context, at *place) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, ErrStopping):
		return r.refuse(at)
	case errors.Is(cause, ErrCancelled), errors.Is(cause, ErrTimeout):
		return r.cutOff(at, cause)
	}
	return cause
}

// refuse notes that what would begin at a place was refused: the job is handed over,
// and nothing that the place stands in is done.
func (r *run) refuse(at *place) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = true
	at.refuse()
	return errRefused
}

// cutOff notes that a loop or a step at a place ends for another reason: err, which
// stands for the handler's answer if that swallows it. Nothing that the place stands in
// is done.
func (r *run) cutOff(at *place, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut == nil {
		r.cut = err
	}
	at.refuse()
	return err
}

// refuse marks a place and what it stands in. Called with run.mu held.
func (p *place) refuse() {
	for ; p != nil; p = p.above {
		p.refused = true
	}
}

// refusal is what ends something in which the runtime refused to go on. Called with
// mu held.
func (r *run) refusal() error {
	if r.refused || r.cut == nil {
		return errRefused
	}
	return r.cut
}

// unswallowed is what counts of what a handler answered: done is not done if the
// runtime ended a loop or a step of it. Called with mu held.
func (r *run) unswallowed(err error) error {
	switch {
	case r.cut == nil, err != nil && !saidIn(err).is(outThen):
		return err
	case errors.Is(r.cut, ErrTimeout):
		return &timeoutError{after: r.timeout(), err: r.cut}
	}
	return r.cut
}
