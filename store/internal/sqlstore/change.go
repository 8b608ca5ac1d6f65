package sqlstore

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Line is one line of a job's journal, to be written.
type Line struct {
	Seq int64
	N   int // how many lines came before
	store.Run
}

// Trim is below which number lines after the first go; 0: none. The first and the
// newest store.MaxJournal-1 stay.
func (l *Line) Trim() int { return max(l.N-store.MaxJournal+2, 0) }

// Note adds a line to the job's journal.
func (j *Job) Note(run store.Run) Line {
	run.Why, run.Cursor = Clean(run.Why), j.Cursor
	l := Line{Seq: j.Seq, N: j.More.Runs, Run: run}
	j.More.Runs++
	j.Trail |= TrailRuns
	return l
}

// noteRun adds the run that ends now.
func (j *Job) noteRun(worker, why string, now int64) Line {
	return j.Note(store.Run{Worker: worker, From: Time(j.Claimed), Until: Time(now), Why: why})
}

// Newer says whether the claim's cursor is as new as seq or newer.
func (j *Job) Newer(seq uint64) bool { return j.Saved > 0 && seq <= uint64(j.Saved) }

// Stand takes over where the job stands.
func (j *Job) Stand(o *store.Outcome) {
	if o.Cursor != nil && (o.Seq == 0 || !j.Newer(o.Seq)) {
		j.Cursor = o.Cursor
	}
	if o.Progress != nil {
		j.Progress = *o.Progress
		j.Progress.Note = Clean(o.Progress.Note)
	}
}

// End brings the job to an end. A cancel without words leaves those of who asked
// for it.
func (j *Job) End(state, now int64, why string) {
	j.State, j.Ended = state, now
	j.Ord = DueOf(j.Ord)
	if why != "" || state != Cancelled {
		j.More.Why = Clean(why)
	}
}

// leave ends the claim: a job that somebody wants cancelled does not go back but
// ends. Ready ones with deaths are suspects.
func (j *Job) leave(now int64) {
	j.Worker, j.Token, j.Claimed, j.Saved = 0, 0, 0, 0
	if j.Cancelling && j.State <= Suspect {
		j.End(Cancelled, now, "")
	}
	j.Cancelling = false
	j.place()
}

// place makes a ready job with deaths a suspect.
func (j *Job) place() {
	if j.State != Ready && j.State != Suspect {
		return
	}
	if j.State = Ready; j.More.Deaths > 0 {
		j.State = Suspect
	}
}

// Stays is how long an ended job stays.
func (j *Job) Stays() (keep time.Duration, forever bool) {
	switch {
	case j.State == Dead:
		return 0, true
	case j.State == Cancelled || j.More.Runs > 0:
		return max(j.More.Keep, store.KeepJournal), false
	}
	return j.More.Keep, false
}

// Clean is a text for people as it is kept.
func Clean(text string) string { return store.Clean(text, store.MaxMessage) }
