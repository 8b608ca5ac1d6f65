package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// States as they are stored; running is not, see the schema.
const (
	scheduled = 1
	ready     = 2
	running   = 3
	retry     = 4
	suspect   = 5 // ready, with deaths
	done      = 6
	dead      = 7
	cancelled = 8
)

var stateNames = [...]store.State{
	scheduled: store.Scheduled, ready: store.Ready, running: store.Running, retry: store.Retry,
	suspect: store.Ready, done: store.Done, dead: store.Dead, cancelled: store.Cancelled,
}

// What else must go when a job goes; see the schema.
const (
	trailKeep = 1 << iota
	trailRuns
	trailTags
	trailArgs
)

// longArgs is from how many bytes on arguments lie in a table of their own, so
// that a claim or a save does not write them again.
const longArgs = 2 << 10

// front is by how much the order of a job in front is lower than its due time.
const front = 1 << 62

// dueOf is the due time of an order.
func dueOf(ord int64) int64 {
	if ord < 0 {
		return ord + front
	}
	return ord
}

// micros is a stored time; 0 is never.
func micros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// A row is a job as it is stored, live or ended.
type row struct {
	seq        int64
	id         id
	lane       int64
	queue      string
	kind       string
	format     int
	state      int64
	priority   int64
	ord        int64
	created    int64
	args       []byte
	ukey       sql.NullString
	worker     sql.NullInt64 // while running
	workerName string
	token      sql.NullInt64
	claimed    sql.NullInt64
	cancelling bool
	cursor     []byte
	progress   progress
	saved      sql.NullInt64
	result     []byte
	trail      int64
	more       more
	ended      int64
	until      sql.NullInt64
	damage     damage // what of it cannot be read
}

// A place is where a ready job stands in its lane.
type place struct {
	lane     int64
	priority int64
	ord      int64
	seq      int64
}

func (r *row) place() place { return place{r.lane, r.priority, r.ord, r.seq} }

// more is the column more: what few jobs have or few statements read.
type more struct {
	MaxAttempts   int            `json:"max_attempts,omitempty"`
	Timeout       time.Duration  `json:"timeout,omitempty"`
	Tags          []string       `json:"tags,omitempty"`
	Keep          time.Duration  `json:"keep,omitempty"`
	Tick          store.Tick     `json:"tick,omitzero"`
	Attempts      int            `json:"attempts,omitempty"`
	Interruptions int            `json:"interruptions,omitempty"`
	Releases      int            `json:"releases,omitempty"`
	Deaths        int            `json:"deaths,omitempty"`
	Failure       *store.Failure `json:"failure,omitempty"`
	Why           string         `json:"why,omitempty"`
	Runs          int            `json:"runs,omitempty"` // journal lines ever written
}

// empty says whether there is nothing to store.
func (m *more) empty() bool {
	return m.MaxAttempts == 0 && m.Timeout == 0 && m.Tags == nil && m.Keep == 0 && m.Tick == store.Tick{} &&
		m.Attempts == 0 && m.Interruptions == 0 && m.Releases == 0 && m.Deaths == 0 &&
		m.Failure == nil && m.Why == "" && m.Runs == 0
}

// stored is m as a column's value.
func (m *more) stored() any {
	if m.empty() {
		return nil
	}
	return asJSON(m)
}

// Scan reads the column.
func (m *more) Scan(v any) error { return fromJSON(v, m) }

// progress is the column progress.
type progress struct{ store.Progress }

func (p *progress) stored() any {
	if p.Progress == (store.Progress{}) {
		return nil
	}
	return asJSON(p.Progress)
}

// Scan reads the column.
func (p *progress) Scan(v any) error { return fromJSON(v, &p.Progress) }

// asJSON is v, one of this package's own plain structs, as JSON.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T does not become JSON: %v", v, err))
	}
	return string(text)
}

func fromJSON(v, dest any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), dest)
	case []byte:
		return json.Unmarshal(v, dest)
	}
	return fmt.Errorf("JSON is stored as %T", v)
}

// orNull is an optional text as a column's value. Empty is stored, nil is not.
func orNull(text []byte) any {
	if text == nil {
		return nil
	}
	return string(text)
}

// record is the row as everybody knows it, without its journal.
func (r *row) record() store.Record {
	return store.Record{
		Job: store.Job{
			ID: string(r.id), Kind: r.kind, Queue: r.queue, Args: r.args, Priority: int(r.priority),
			MaxAttempts: r.more.MaxAttempts, Timeout: r.more.Timeout, Unique: r.ukey.String,
			Tags: r.more.Tags, Keep: r.more.Keep, Tick: r.more.Tick,
		},
		State: stateNames[r.state], Format: r.format,
		Attempts: r.more.Attempts, Interruptions: r.more.Interruptions,
		Releases: r.more.Releases, Deaths: r.more.Deaths,
		Cursor: r.cursor, Progress: r.progress.Progress, Result: r.result,
		Failure: r.more.Failure, Why: r.more.Why,
		Worker: r.workerName, Token: store.Token(r.token.Int64), Cancelling: r.cancelling,
		CreatedAt: micros(r.created), DueAt: micros(dueOf(r.ord)), ClaimedAt: micros(r.claimed.Int64),
		EndedAt: micros(r.ended),
	}
}
