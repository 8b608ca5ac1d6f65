package sqlite

import (
	"database/sql"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
)

// A column reads one column of a job into its row: false if what is there cannot be
// read; then the row has what stands for nothing.
type column struct {
	name string
	read func(*row, any) bool
}

var (
	seqColumn        = integerOf("seq", func(r *row) *int64 { return &r.seq })
	idColumn         = column{"id", (*row).readID}
	laneColumn       = integerOf("lane", func(r *row) *int64 { return &r.lane })
	stateColumn      = column{"state", (*row).readState}
	endedStateColumn = column{"state", (*row).readEndedState}
	priorityColumn   = integerOf("priority", func(r *row) *int64 { return &r.priority })
	ordColumn        = column{"ord", (*row).readOrd}
	createdColumn    = momentOf("created", func(r *row) *int64 { return &r.created })
	trailColumn      = column{"trail", (*row).readTrail}
	argsColumn       = contentOf("args", func(r *row) *[]byte { return &r.args })
	ukeyColumn       = column{"ukey", (*row).readKey}
	moreColumn       = column{"more", func(r *row, v any) bool { return r.more.Scan(v) == nil }}
	cursorColumn     = contentOf("cursor", func(r *row) *[]byte { return &r.cursor })
	progressColumn   = column{"progress", func(r *row, v any) bool { return r.progress.Scan(v) == nil }}
	savedColumn      = optionalOf("saved", func(r *row) *sql.NullInt64 { return &r.saved })
	resultColumn     = contentOf("result", func(r *row) *[]byte { return &r.result })
	endedColumn      = momentOf("ended", func(r *row) *int64 { return &r.ended })

	queueColumn  = nameOf("tasuki_lanes.queue", func(r *row) *string { return &r.queue })
	kindColumn   = nameOf(kindOfLane, func(r *row) *string { return &r.kind })
	formatColumn = column{"tasuki_lanes.format", (*row).readFormat}

	workerColumn     = optionalOf("tasuki_running.worker", func(r *row) *sql.NullInt64 { return &r.worker })
	workerNameColumn = nameOf("tasuki_running.worker", func(r *row) *string { return &r.workerName })
	tokenColumn      = optionalOf("tasuki_running.token", func(r *row) *sql.NullInt64 { return &r.token })
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

func contentOf(name string, of func(*row) *[]byte) column {
	return column{name, func(r *row, v any) (ok bool) {
		*of(r), ok = asJSONText(v)
		return ok
	}}
}

func optionalOf(name string, of func(*row) *sql.NullInt64) column {
	return column{name, func(r *row, v any) bool {
		n, ok := asInteger(v)
		*of(r) = sql.NullInt64{Int64: n, Valid: ok}
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
	r.id, ok = asID(v)
	return ok
}

// unreadable is the id of a job whose own cannot be read.
func unreadable(seq int64) id { return id(unreadablePrefix + strconv.FormatInt(seq, 10)) }

const unreadablePrefix = "unreadable-"

func (r *row) readState(v any) bool {
	switch v {
	case int64(scheduled), int64(ready), int64(retry), int64(suspect):
		r.state = v.(int64)
		return true
	}
	r.state = ready
	return false
}

func (r *row) readEndedState(v any) bool {
	switch v {
	case int64(done), int64(dead), int64(cancelled):
		r.state = v.(int64)
		return true
	}
	r.state = dead
	return false
}

func (r *row) readOrd(v any) bool {
	n, ok := asInteger(v)
	if _, fits := asTime(dueOf(n)); !ok || !fits {
		r.ord = 0
		return false
	}
	r.ord = n
	return true
}

// readTrail lets bits pass that this version does not know. Of what it cannot read
// it supposes that everything is there.
func (r *row) readTrail(v any) bool {
	n, ok := asInteger(v)
	if ok = ok && n >= 0 && n < 1<<16; !ok {
		n = trailKeep | trailRuns | trailTags | trailArgs
	}
	r.trail = n
	return ok
}

func (r *row) readKey(v any) (ok bool) {
	if v == nil {
		r.ukey = sql.NullString{}
		return true
	}
	r.ukey.String, ok = asText(v)
	r.ukey.Valid = ok
	return ok
}

func (r *row) readClaimed(v any) bool {
	n, ok := asTime(v)
	r.claimed = sql.NullInt64{Int64: n, Valid: ok}
	return ok || v == nil
}

func (r *row) readFormat(v any) bool {
	n, ok := asInteger(v)
	r.format = int(n)
	return ok
}

func (r *row) readCancelling(v any) bool {
	n, ok := asInteger(v)
	r.cancelling = n != 0
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
