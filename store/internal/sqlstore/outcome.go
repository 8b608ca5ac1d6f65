package sqlstore

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
)

// Conclude makes of a running job what an outcome other than Save says, and answers
// the line that its journal gets, if any.
func (j *Job) Conclude(o *store.Outcome, worker string, now int64) *Line {
	j.Stand(o)
	if o.Verb != store.Return {
		j.More.Deaths = 0
	}
	var line *Line
	if o.Verb != store.Return && (o.Verb != store.Finish || j.More.Runs > 0) {
		l := j.noteRun(worker, o.Why, now)
		line = &l
	}
	verbs[o.Verb](j, o, now)
	j.leave(now)
	return line
}

// verbs bring a job that is running to what the outcome says.
var verbs = map[store.Verb]func(*Job, *store.Outcome, int64){
	store.Save: func(*Job, *store.Outcome, int64) {},
	store.Finish: func(j *Job, o *store.Outcome, now int64) {
		j.Result = o.Result
		j.End(Done, now, "")
	},
	store.Fail: func(j *Job, o *store.Outcome, now int64) {
		j.fail(o, now)
		j.wait(Retry, o, now)
	},
	store.Bury: func(j *Job, o *store.Outcome, now int64) {
		j.fail(o, now)
		j.End(Dead, now, o.Why)
	},
	store.Snooze: func(j *Job, o *store.Outcome, now int64) { j.wait(Scheduled, o, now) },
	store.HandOver: func(j *Job, o *store.Outcome, now int64) {
		j.More.Interruptions++
		j.State, j.Ord = Ready, now
		if !o.Back {
			j.Ord -= Front
		}
	},
	store.Return: func(j *Job, _ *store.Outcome, _ int64) { j.State = Ready },
	store.Cancel: func(j *Job, o *store.Outcome, now int64) {
		why := o.Why
		if j.Cancelling && j.More.Why != "" {
			why = "" // the words of who asked for it stay
		}
		j.End(Cancelled, now, why)
	},
}

// fail counts an attempt.
func (j *Job) fail(o *store.Outcome, now int64) {
	j.More.Attempts++
	if f := o.Failure; f != nil {
		j.More.Failure = &store.Failure{
			Class:   store.Clean(f.Class, store.MaxName),
			Message: Clean(f.Message),
			Stack:   store.Clean(f.Stack, maxStack),
			At:      Time(now),
		}
	}
}

// maxStack is how many bytes of a stack are kept.
const maxStack = 64 << 10

// wait makes the job ready after the outcome's delay, and of the given state until
// then.
func (j *Job) wait(until int64, o *store.Outcome, now int64) {
	j.State, j.Ord = Ready, now
	if o.Delay > 0 {
		j.State, j.Ord = until, now+Micros(o.Delay)
	}
}

// CheckBatch says whether a batch of that number may hold its outcomes.
func CheckBatch(req *store.SettleRequest) error {
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

// CheckOutcome says why an outcome can never be written, or nil. limit bounds
// arguments, cursor and result, in bytes.
func CheckOutcome(o *store.Outcome, limit int) error {
	if verbs[o.Verb] == nil {
		return fmt.Errorf("no such verb: %w", store.ErrInvalid)
	}
	if err := checkJSON("Cursor", o.Cursor, limit); err != nil {
		return err
	}
	if err := checkJSON("Result", o.Result, limit); err != nil {
		return err
	}
	if err := CheckJobs(o.Enqueue, limit); err != nil {
		return fmt.Errorf("what it enqueues: %w", err)
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
