package sqlite

import (
	"encoding/json"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A column reads one column of a job into its row: false if what is there cannot be
// read; then the row has what stands for nothing.
type column struct {
	name string
	read func(*row, any) bool
}

var (
	seqColumn        = integerOf("seq", func(r *row) *int64 { return &r.Seq })
	idColumn         = column{"id", (*row).readID}
	laneColumn       = integerOf("lane", func(r *row) *int64 { return &r.Lane })
	stateColumn      = column{"state", (*row).readState}
	endedStateColumn = column{"state", (*row).readEndedState}
	priorityColumn   = integerOf("priority", func(r *row) *int64 { return &r.Priority })
	ordColumn        = column{"ord", (*row).readOrd}
	createdColumn    = momentOf("created", func(r *row) *int64 { return &r.Created })
	trailColumn      = column{"trail", (*row).readTrail}
	argsColumn       = contentOf("args", func(r *row) *json.RawMessage { return &r.Args })
	ukeyColumn       = column{"ukey", (*row).readKey}
	moreColumn       = column{"more", func(r *row, v any) bool { return fromJSON(v, &r.More) == nil }}
	cursorColumn     = contentOf("cursor", func(r *row) *json.RawMessage { return &r.Cursor })
	progressColumn   = column{"progress", func(r *row, v any) bool { return fromJSON(v, &r.Progress) == nil }}
	savedColumn      = optionalOf("saved", func(r *row) *int64 { return &r.Saved })
	resultColumn     = contentOf("result", func(r *row) *json.RawMessage { return &r.Result })
	endedColumn      = momentOf("ended", func(r *row) *int64 { return &r.Ended })

	queueColumn  = nameOf("tasuki_lanes.queue", func(r *row) *string { return &r.Queue })
	kindColumn   = nameOf(kindOfLane, func(r *row) *string { return &r.Kind })
	formatColumn = column{"tasuki_lanes.format", (*row).readFormat}

	workerColumn     = optionalOf("tasuki_running.worker", func(r *row) *int64 { return &r.Worker })
	workerNameColumn = nameOf("tasuki_running.worker", func(r *row) *string { return &r.WorkerName })
	tokenColumn      = optionalOf("tasuki_running.token", func(r *row) *int64 { return &r.Token })
	claimedColumn    = column{"tasuki_running.claimed", (*row).readClaimed}
	cancellingColumn = column{"tasuki_running.cancelling", (*row).readCancelling}
)

const kindOfLane = "tasuki_lanes.kind"

func integerOf(name string, of func(*row) *int64) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asInteger(v)
		return ok
	}}
}

func momentOf(name string, of func(*row) *int64) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asTime(v)
		return ok
	}}
}

func contentOf(name string, of func(*row) *json.RawMessage) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asJSONText(v)
		return ok
	}}
}

// optionalOf reads a number that need not be there; none is 0.
func optionalOf(name string, of func(*row) *int64) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asInteger(v)
		return ok || v == nil
	}}
}

func nameOf(name string, of func(*row) *string) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asText(v)
		return ok
	}}
}

func (r *row) readID(v any) (ok bool) {
	r.ID, ok = asID(v)
	return ok
}

// unreadable is the id of a job whose own cannot be read.
func unreadable(seq int64) string { return unreadablePrefix + strconv.FormatInt(seq, 10) }

const unreadablePrefix = "unreadable-"

func (r *row) readState(v any) bool {
	switch v {
	case int64(sqlstore.Scheduled), int64(sqlstore.Ready), int64(sqlstore.Retry), int64(sqlstore.Suspect):
		r.State = v.(int64)
		return true
	}
	r.State = sqlstore.Ready
	return false
}

func (r *row) readEndedState(v any) bool {
	switch v {
	case int64(sqlstore.Done), int64(sqlstore.Dead), int64(sqlstore.Cancelled):
		r.State = v.(int64)
		return true
	}
	r.State = sqlstore.Dead
	return false
}

func (r *row) readOrd(v any) bool {
	n, ok := asInteger(v)
	if _, fits := asTime(sqlstore.DueOf(n)); !ok || !fits {
		r.Ord = 0
		return false
	}
	r.Ord = n
	return true
}

// readTrail lets bits pass that this version does not know. Of what it cannot read
// it supposes that everything is there.
func (r *row) readTrail(v any) bool {
	n, ok := asInteger(v)
	if ok = ok && n >= 0 && n < 1<<16; !ok {
		n = sqlstore.TrailKeep | sqlstore.TrailRuns | sqlstore.TrailTags | sqlstore.TrailArgs
	}
	r.Trail = n
	return ok
}

func (r *row) readKey(v any) (ok bool) {
	r.Key, ok = asText(v)
	return ok || v == nil
}

func (r *row) readClaimed(v any) (ok bool) {
	r.Claimed, ok = asTime(v)
	return ok || v == nil
}

func (r *row) readFormat(v any) bool {
	n, ok := asInteger(v)
	r.Format = int(n)
	return ok
}

func (r *row) readCancelling(v any) bool {
	n, ok := asInteger(v)
	r.Cancelling = n != 0
	return ok
}

// validID says whether store.Job.Check could have let an id pass.
func validID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= store.MaxID
}
