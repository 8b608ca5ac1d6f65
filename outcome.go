package tasuki

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An outcome is what a handler returns when it wants something else than done
// or failed. It travels as an error, wrapped or not.
type outcome struct {
	what  outcomeKind
	jobs  []store.Job
	delay time.Duration
	err   error
}

type outcomeKind int

const (
	outThen outcomeKind = iota
	outSnooze
	outRetryIn
	outDiscard
	outYield
)

func (o *outcome) Error() string {
	switch o.what {
	case outThen:
		return fmt.Sprintf("tasuki: done, then %d jobs", len(o.jobs))
	case outSnooze:
		return fmt.Sprintf("tasuki: snooze for %v", o.delay)
	case outYield:
		return "tasuki: yield"
	}
	if o.err == nil {
		return "tasuki: failed without an error"
	}
	return o.err.Error()
}

func (o *outcome) Unwrap() error { return o.err }

// Then says: done, and these jobs are enqueued in the same write. A job that
// goes on with a cursor in its arguments is return Then(Kind.Job(next)): a kill
// in between makes no second run. From an item or a step, where the handler passes it
// on, it ends the whole job.
func Then(jobs ...store.Job) error { return &outcome{what: outThen, jobs: jobs} }

// Snooze says: not now, again after d. Nothing is counted.
func Snooze(d time.Duration) error { return &outcome{what: outSnooze, delay: d} }

// RetryIn says: failed with err, an attempt is used, and the next one comes
// after d instead of the back-off.
func RetryIn(d time.Duration, err error) error {
	return &outcome{what: outRetryIn, delay: d, err: err}
}

// Discard says: failed with err, and further attempts would be useless: the job
// is dead at once, where a person sees it and may retry it.
func Discard(err error) error { return &outcome{what: outDiscard, err: err} }

// Yield says: not finished, hand over. While the worker stops the job goes to
// the front of its queue, for the next worker to resume at once; otherwise to
// the back, so that others get their turn. No attempt is used. The cursor that
// was last saved goes with it.
func Yield() error { return &outcome{what: outYield} }
