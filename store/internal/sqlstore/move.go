package sqlstore

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Fate is what Move makes of one job.
type Fate int

const (
	Stays  Fate = iota // as it is
	Moved              // to another place or to its end: to be written
	Told               // it runs and shall be cancelled: to be written
	Gone               // to be deleted
	Revive             // ended, and shall start anew if its key is free
)

// Moves refuses a request that no store can do, and calls live and ended, which move
// jobs of the one and the other kind, where it does anything with such jobs.
func Moves(req *store.MoveRequest, live, ended func() (int, error)) (moved int, err error) {
	both := req.To == store.Ready || req.To == store.Deleted
	if !both && req.To != store.Dead && req.To != store.Cancelled {
		return 0, fmt.Errorf("move to %q: no such way: %w", req.To, store.ErrInvalid)
	}
	if req.Filter.Empty() {
		return 0, nil
	}
	if moved, err = live(); err != nil || !both {
		return moved, err
	}
	n, err := ended()
	return moved + n, err
}

// Move brings the job where a person wants it, and answers the line that its
// journal gets, if any.
func (j *Job) Move(req *store.MoveRequest, now int64) (Fate, *Line) {
	switch {
	case j.State > Suspect:
		return j.moveEnded(req, now)
	case j.Worker != 0:
		return j.tell(req), nil
	}
	switch req.To {
	case store.Deleted:
		return Gone, nil
	case store.Ready:
		if waits := j.State == Scheduled || j.State == Retry; !waits || j.Ord <= now {
			return Stays, nil
		}
		j.State, j.Ord = Ready, now
		j.place()
	case store.Dead:
		j.End(Dead, now, req.Why)
	case store.Cancelled:
		j.End(Cancelled, now, req.Why)
	}
	return Moved, j.noteMove(req, now)
}

// tell leaves a running job to its worker's next beat.
func (j *Job) tell(req *store.MoveRequest) Fate {
	if req.To != store.Cancelled {
		return Stays
	}
	j.Cancelling, j.More.Why = true, Clean(req.Why)
	return Told
}

func (j *Job) moveEnded(req *store.MoveRequest, now int64) (Fate, *Line) {
	switch {
	case req.To == store.Deleted:
		return Gone, nil
	case req.To != store.Ready || j.State == Done:
		return Stays, nil
	}
	j.More.Attempts, j.More.Deaths, j.More.Why = 0, 0, ""
	j.State, j.Ord, j.Ended, j.Until = Ready, now, 0, 0
	return Revive, j.noteMove(req, now)
}

// noteMove writes into the journal why a person moved the job.
func (j *Job) noteMove(req *store.MoveRequest, now int64) *Line {
	if req.Why == "" {
		return nil
	}
	l := j.Note(store.Run{From: Time(now), Until: Time(now), Why: req.Why})
	return &l
}
