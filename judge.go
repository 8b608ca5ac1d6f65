package tasuki

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// verdict is judge, safe from what the user's code does in it: an error whose
// methods panic, a back-off that does.
func (r *run) verdict(err error) (o store.Outcome, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			o, ok = r.secondVerdict(&panicError{value: p, stack: string(debug.Stack())})
		}
	}()
	return r.judge(err)
}

// secondVerdict is that of a run whose first one panicked. If this one does too, the
// fault is ours: the job is dead as it lies in the store, and the worker lives.
func (r *run) secondVerdict(first *panicError) (o store.Outcome, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			o, ok = store.Outcome{Claim: r.held.Claim, Verb: store.Bury, Failure: failure(first), Why: "dead: its outcome could not be told: " + clip(first)}, true
		}
	}()
	return r.judge(first)
}

// judge turns the way a run ended into the outcome to settle. It is the third
// law in code: refused, yielded, or an error after last call is a hand-over; nil
// is done. A mistake in the program that would cost something anew with every attempt
// ends the job, also during a stop. It never reads an error's text. ok is false for a
// lost run, whose outcome nobody wants.
func (r *run) judge(err error) (o store.Outcome, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o = store.Outcome{Claim: r.held.Claim}
	if r.lost {
		return o, false
	}
	r.leave(&o)
	err = r.unswallowed(err)
	said := saidIn(err)
	cause := context.Cause(r.ctx)
	switch {
	case isHopeless(err):
		o.Verb, o.Failure, o.Why = store.Bury, failure(err), "dead at once, no retry could mend it: "+clip(err)
	case r.refused:
		o.Verb, o.Why = store.HandOver, "handed over: the worker stops"
	case err == nil || said.is(outThen):
		o.Verb, o.Why, o.Result, o.Cursor = store.Finish, "done", r.result, nil
		if said != nil {
			o.Enqueue = said.jobs
		}
	case said.is(outSnooze):
		o.Verb, o.Delay, o.Why = store.Snooze, said.delay, fmt.Sprintf("snoozed for %v", said.delay)
	case said.is(outYield):
		r.judgeYield(&o)
	case said.is(outDiscard):
		o.Verb, o.Failure, o.Why = store.Bury, failure(err), "discarded: "+clip(err)
	case errors.Is(cause, ErrCancelled):
		o.Verb, o.Why = store.Cancel, "cancelled"
	case errors.Is(cause, ErrStopping):
		o.Verb, o.Why = store.HandOver, "handed over: last call, the handler said: "+clip(err)
	default:
		r.judgeFailure(&o, said, err)
	}
	return o, true
}

func (r *run) judgeYield(o *store.Outcome) {
	o.Verb = store.HandOver
	select {
	case <-r.stopping:
		o.Why = "handed over: the handler yielded to the stop"
	default:
		o.Back, o.Why = true, "handed over: the handler yielded"
	}
}

func (r *run) judgeFailure(o *store.Outcome, said *outcome, err error) {
	n := r.rec.Attempts + 1
	o.Failure = failure(err)
	if limit := r.handler.maxAttempts(r.rec.MaxAttempts); n >= limit {
		o.Verb, o.Why = store.Bury, fmt.Sprintf("failed %d of %d times: %s", n, limit, clip(err))
		return
	}
	o.Verb, o.Delay = store.Fail, r.backoff(n)
	if said.is(outRetryIn) {
		o.Delay = max(said.delay, 0)
	}
	o.Why = fmt.Sprintf("failed, again in %v: %s", o.Delay.Round(time.Millisecond), clip(err))
}

// backoff asks the handler's back-off; where that panics, the default is taken.
func (r *run) backoff(n int) (d time.Duration) {
	defer func() {
		if recover() != nil {
			d = DefaultBackoff(n)
		}
	}()
	return r.handler.backoff(n)
}

// saidIn is what a handler's error asks for; nil: nothing.
func saidIn(err error) *outcome {
	if err == nil {
		return nil
	}
	var said *outcome
	errors.As(err, &said)
	return said
}

func (o *outcome) is(what outcomeKind) bool { return o != nil && o.what == what }

// failure is an error as the store keeps it. The class is the type of the
// innermost error that the handler made, not that of our or fmt's wrapping.
func failure(err error) *store.Failure {
	f := &store.Failure{Class: class(err), Message: store.Clean(err.Error(), store.MaxMessage)}
	var p *panicError
	if errors.As(err, &p) {
		f.Stack = store.Clean(p.stack, store.MaxMessage)
	}
	return f
}

func class(err error) string {
	var p *panicError
	switch {
	case errors.As(err, &p) && p.value == nil:
		return "Goexit"
	case errors.As(err, &p):
		return "panic"
	case errors.Is(err, ErrTimeout):
		return "timeout"
	case errors.Is(err, ErrBadJob):
		return "bad job"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}

// clip is an error's text for one line of a journal.
func clip(err error) string { return store.Clean(err.Error(), 200) }
