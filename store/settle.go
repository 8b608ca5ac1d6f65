package store

import (
	"encoding/json"
	"time"
)

// A SettleRequest is one batch of outcomes.
type SettleRequest struct {
	Worker   string
	Batch    uint64 // see Consumer.Settle
	Outcomes []Outcome
}

// Verb is what an outcome does with its claim.
type Verb string

const (
	// Save keeps the claim and stores Cursor and Progress. Its Seq is from 1. A
	// save whose Seq is not above that of the claim's last save or Commit is
	// Applied and changes nothing: it came late.
	Save Verb = "save"
	// Finish makes the job done, with Result. The record leaves, or stays as
	// Job.Keep and KeepJournal say.
	Finish Verb = "finish"
	// Fail counts one attempt and makes the job retry after Delay.
	Fail Verb = "fail"
	// Bury counts one attempt and makes the job dead, with Why.
	Bury Verb = "bury"
	// Snooze makes the job scheduled after Delay. Nothing is counted.
	Snooze Verb = "snooze"
	// HandOver makes the job ready at the front of its queue (or at the Back)
	// and counts one interruption.
	HandOver Verb = "hand-over"
	// Return gives back a claim whose job was never started: to its old place,
	// nothing counted, nothing in the journal.
	Return Verb = "return"
	// Cancel makes the job cancelled, with Why, unless who asked for it with Move
	// gave words of their own: these stay.
	Cancel Verb = "cancel"
)

// An Outcome is what became of one claim. Every verb but Save and Return ends
// the run: it clears Deaths and adds a Run with Why to the journal (Finish only
// if the journal has one already).
type Outcome struct {
	Claim
	Verb Verb
	// Delay is for Fail and Snooze; 0 or less: ready at once.
	Delay time.Duration
	// Cursor replaces the stored one if not nil. It is written with the
	// outcome, in one write. It is JSON, MaxPayload bytes at most (or the
	// store's own limit).
	Cursor   json.RawMessage
	Progress *Progress // nil: unchanged
	// Seq orders the cursors of one claim: its saves, its Commits and its
	// outcome. The outcome's Cursor is left out if Seq is not above that of the
	// last one written, and nothing else of it is; in an outcome that ends the
	// claim 0 counts as above.
	Seq     uint64
	Result  json.RawMessage
	Failure *Failure // for Fail and Bury
	Why     string   // for the journal
	// Ran is how long the handler ran, for people: no store decides by it.
	Ran  time.Duration
	Back bool // for HandOver
	// Enqueue is put into the store in the same write, as Enqueue does it.
	Enqueue []Job
}

// A SettleReply answers each outcome in order.
type SettleReply struct{ Results []Result }

// A Result is what became of an outcome.
type Result struct {
	What ResultWhat
	Err  error // why it was Refused; wraps ErrInvalid
}

// ResultWhat is what Settle did with an outcome.
type ResultWhat string

const (
	Applied ResultWhat = "applied" // written now
	Already ResultWhat = "already" // written by an earlier sending of this batch
	Lost    ResultWhat = "lost"    // not this worker's claim any more; nothing written
	Refused ResultWhat = "refused" // can never be written as it is; still claimed
	Later   ResultWhat = "later"   // somebody else has to be waited for; nothing written, still claimed
)
