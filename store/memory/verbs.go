package memory

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// save stores how far a running job got, unless something newer was there first.
func (s *Store) save(j *job, o *store.Outcome) {
	if j.newer(o.Seq) {
		return
	}
	s.stand(j, o)
	j.saves, j.saveSeq = true, o.Seq
	s.admitAll(o.Enqueue)
}

// newer says whether the claim's cursor is as new as seq or newer.
func (j *job) newer(seq uint64) bool { return j.saves && seq <= j.saveSeq }

// stand stores where the job stands.
func (s *Store) stand(j *job, o *store.Outcome) {
	if o.Cursor != nil && (o.Seq == 0 || !j.newer(o.Seq)) {
		j.Cursor = slices.Clone(o.Cursor)
	}
	if o.Progress != nil {
		j.Progress = *o.Progress
		j.Progress.Note = clean(j.Progress.Note)
	}
}

// conclude ends a claim. The job's own key is free before its successors are
// admitted, so that one of them may take it.
func (s *Store) conclude(j *job, o *store.Outcome) {
	s.stand(j, o)
	s.lift(j)
	if o.Verb != store.Return {
		j.Deaths = 0
	}
	if o.Verb != store.Return && (o.Verb != store.Finish || len(j.Journal) > 0) {
		s.noteRun(j, o.Why)
	}
	s.become(j, o)
	s.unclaim(j)
	if !j.gone {
		s.put(j)
	}
	s.admitAll(o.Enqueue)
	s.ears.wake()
}

// become brings a lifted job to the state that the outcome says.
func (s *Store) become(j *job, o *store.Outcome) {
	switch o.Verb {
	case store.Finish:
		j.Result = slices.Clone(o.Result)
		s.finish(j)
	case store.Fail:
		s.fail(j, o)
		s.wait(j, store.Retry, o.Delay)
	case store.Bury:
		s.fail(j, o)
		s.end(j, store.Dead, o.Why)
	case store.Snooze:
		s.wait(j, store.Scheduled, o.Delay)
	case store.HandOver:
		j.Interruptions++
		s.wait(j, store.Ready, 0)
		if j.front = !o.Back; o.Back {
			j.place = s.roll.next()
		}
	case store.Return:
		j.State = store.Ready
	case store.Cancel:
		why := o.Why
		if j.Cancelling && j.Why != "" {
			why = "" // the words of who asked for it stay
		}
		s.end(j, store.Cancelled, why)
	}
}

// fail counts an attempt.
func (s *Store) fail(j *job, o *store.Outcome) {
	s.failed++
	j.Attempts++
	if o.Failure != nil {
		j.Failure = s.failure(o.Failure)
	}
}
