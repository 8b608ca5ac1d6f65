package store

import (
	"encoding/json"
	"strconv"
	"time"
)

// State is where a job is in its life. docs/states.md draws the arrows.
type State string

const (
	Scheduled State = "scheduled" // waits for its time
	Ready     State = "ready"     // waits for a worker
	Running   State = "running"   // claimed by a worker
	Retry     State = "retry"     // failed, waits for its next attempt
	Done      State = "done"      // ended well; kept only if asked for
	Dead      State = "dead"      // ended badly; kept for a person to see
	Cancelled State = "cancelled" // ended by a person

	// Deleted is no state of a record: it is where Move sends a job that shall
	// be forgotten.
	Deleted State = "deleted"
)

// Ended says whether a job in this state will not run again by itself.
func (s State) Ended() bool { return s == Done || s == Dead || s == Cancelled }

// A Token is what fences a claim: random bits made by the claimer. Zero is no
// token.
type Token uint64

// String is the token in 16 hexadecimal digits.
func (t Token) String() string {
	s := strconv.FormatUint(uint64(t), 16)
	return "0000000000000000"[len(s):] + s
}

// A Claim names one claim that a worker holds.
type Claim struct {
	ID    string `json:"id"`
	Token Token  `json:"token"`
}

// A Record is a job as the store holds it. Times are the store's; a zero time
// means never.
type Record struct {
	Job // Delay is 0 here: DueAt says it

	State  State `json:"state"`
	Format int   `json:"format"` // see Format

	Attempts      int `json:"attempts"`      // failures counted
	Interruptions int `json:"interruptions"` // hand-overs
	Releases      int `json:"releases"`      // taken back from dead workers
	Deaths        int `json:"deaths"`        // deaths counted since the last outcome

	Cursor   json.RawMessage `json:"cursor,omitempty"`
	Progress Progress        `json:"progress,omitzero"`
	Result   json.RawMessage `json:"result,omitempty"`
	Failure  *Failure        `json:"failure,omitempty"` // the last one
	Why      string          `json:"why,omitempty"`     // why it is dead or cancelled

	Worker     string `json:"worker,omitempty"` // while running
	Token      Token  `json:"-"`                // while running
	Cancelling bool   `json:"cancelling,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	// DueAt is since when it is ready, or when it will be. HandOver and Release
	// make it now, Return leaves it.
	DueAt     time.Time `json:"due_at,omitzero"`
	ClaimedAt time.Time `json:"claimed_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`

	Journal []Run `json:"journal,omitempty"`
}

// Progress is how far a job says it is.
type Progress struct {
	Done  int64  `json:"done,omitempty"`
	Total int64  `json:"total,omitempty"` // 0: not known
	Note  string `json:"note,omitempty"`
}

// A Failure is an error as it is kept. Stores keep texts as valid UTF-8 without
// NUL (Clean makes them so).
type Failure struct {
	Class   string    `json:"class"`   // the error's Go type, or what the engine calls it
	Message string    `json:"message"` // at most MaxMessage bytes
	Stack   string    `json:"stack,omitempty"`
	At      time.Time `json:"at,omitzero"` // set by the store
}

// MaxMessage is how many bytes of an error's text are kept.
const MaxMessage = 10_000

// A Run is one line of a job's journal: one claim that ended in something else
// than done, or the last one of a job that has others.
type Run struct {
	Worker string    `json:"worker"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	// Why it stopped, as a person reads it: "failed: …", "handed over: stop",
	// "released: process 4711 is gone", "done".
	Why    string          `json:"why"`
	Cursor json.RawMessage `json:"cursor,omitempty"` // where it stood then
}

// MaxJournal is how many runs a journal keeps: the first, and the newest.
const MaxJournal = 50
