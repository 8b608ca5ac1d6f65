package tasukitest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Result is how one run of a job ended, and how the job stands since.
type Result struct {
	ID, Kind string
	// State is the job's: Done, Retry after a failure, Scheduled after a snooze,
	// Ready after a hand-over or a kill, Dead, Cancelled.
	State store.State
	// Err is the error that the handler failed with, nil if it did not fail.
	Err error
	// Why is why the run stopped, as the journal says it.
	Why string
	// Items is how many items and steps this run did.
	Items int64
	// Delay is how long the job is to wait, after a failure or a snooze.
	Delay time.Duration

	Cursor        json.RawMessage // where the job stands; nil if it is done
	Progress      store.Progress
	Result        json.RawMessage // what SetResult kept
	Attempts      int             // failures counted
	Interruptions int             // how often it was handed over
	Releases      int             // how often it was taken back from a dead worker
	Journal       []store.Run

	// Enqueued are the jobs that came into the store during this run, oldest first.
	// A Box's results do not have them: see [Box.Jobs].
	Enqueued []store.Record

	rec store.Record
	box *Box
}

// result tells of a visit, from how the store held it afterwards.
func (b *Box) result(v *visit) *Result {
	rec := v.after
	if rec == nil { // done and not kept
		gone := v.rec
		gone.State, gone.Cursor, gone.Worker, gone.Token = store.Deleted, nil, "", 0
		rec = &gone
	}
	r := &Result{ID: rec.ID, Kind: rec.Kind, State: rec.State, Why: rec.Why, Cursor: rec.Cursor, Progress: rec.Progress, Result: rec.Result,
		Attempts: rec.Attempts, Interruptions: rec.Interruptions, Releases: rec.Releases, Journal: rec.Journal, box: b, rec: *rec}
	if n := len(rec.Journal); n > 0 {
		r.Why = rec.Journal[n-1].Why
	}
	if v.progress != nil {
		r.Progress = *v.progress
	}
	if v.end != nil {
		r.Items = v.end.Items
	}
	if v.outcome != nil {
		r.settle(v)
	}
	r.rec.State = r.State
	return r
}

// settle adds what only the outcome says.
func (r *Result) settle(v *visit) {
	o := v.outcome
	switch o.Verb {
	case store.Finish:
		r.Why, r.Result = o.Why, o.Result
		if r.State == store.Deleted {
			r.State = store.Done
		}
	case store.Fail, store.Bury:
		r.Err = v.end.Err
		r.Delay = o.Delay
	case store.Snooze:
		r.Delay = o.Delay
	}
}

// Want fails the test unless the job is in this state; it answers r.
func (r *Result) Want(state store.State) *Result {
	r.box.t.Helper()
	if r.State != state {
		r.box.t.Fatalf("want %s: %s", state, r)
	}
	return r
}

// String says how the run ended, with the job's kind, item and cursor.
func (r *Result) String() string {
	text := fmt.Sprintf("kind %q, job %s is %s after %d items and steps", r.Kind, r.ID, r.State, r.Items)
	if r.Cursor != nil {
		text += fmt.Sprintf(", behind cursor %s", store.Clean(string(r.Cursor), 200))
	}
	if r.Why != "" {
		text += ": " + r.Why
	}
	if r.Err != nil {
		text += fmt.Sprintf(" (error: %v)", r.Err)
	}
	return text
}

// Resume runs the job again, from where it stands. The clock is turned to the time
// at which it is due, if it is not. A job that has ended fails the test.
func (r *Result) Resume(opts ...Option) *Result {
	r.box.t.Helper()
	if r.State.Ended() || r.State == store.Deleted {
		r.box.t.Fatalf("resume: the job has ended: %s", r)
	}
	return r.box.one(r.rec, opts)
}
