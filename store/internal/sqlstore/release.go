package sqlstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Death is a worker that is gone, as its jobs' release sees it.
type Death struct {
	Req    *store.ReleaseRequest
	Now    int64
	Beaten int64 // when it beat last
	Counts bool  // its jobs may be to blame
}

// NewDeath is that of a worker which last said that it was in a state.
func NewDeath(req *store.ReleaseRequest, state store.WorkerState, beaten, now int64) Death {
	counts := req.MaxDeaths > 0 && state != store.Stopping && state != store.Leaving
	return Death{Req: req, Now: now, Beaten: beaten, Counts: counts}
}

// Release takes a job back, to the front, or to its end if it killed too many
// workers or was to be cancelled. last is the cursor in the last line of its
// journal: a job that got somewhere since its last death is not what kills.
func (d *Death) Release(j *Job, last json.RawMessage) (Line, store.Released) {
	back := store.Released{ID: j.ID, Kind: j.Kind, Cursor: j.Cursor != nil}
	if j.Claimed != 0 {
		back.Ran = time.Duration(max(0, d.Beaten-j.Claimed)) * time.Microsecond
	}
	if j.More.Deaths > 0 && j.More.Runs > 0 && !bytes.Equal(last, j.Cursor) {
		j.More.Deaths = 0
	}
	line := j.noteRun(d.Req.Worker, d.Req.Why, d.Now)
	j.More.Releases++
	j.State, j.Ord = Ready, d.Now-Front
	if d.Counts {
		j.More.Deaths++
	}
	if d.Counts && !j.Cancelling && j.More.Deaths >= d.Req.MaxDeaths {
		j.End(Dead, d.Now, fmt.Sprintf("%d workers died running it, the last: %s", j.More.Deaths, d.Req.Why))
	}
	j.leave(d.Now)
	back.State = StateNames[j.State]
	return line, back
}

// PutBack returns a claim whose reply was lost to its old place.
func (j *Job) PutBack(now int64) {
	j.State = Ready
	j.leave(now)
}
