package store

import "time"

// A ReleaseRequest takes back what a dead worker held.
type ReleaseRequest struct {
	Worker    string
	Beat      uint64
	Why       string
	MaxDeaths int
}

// A ReleaseReply says what was taken back.
type ReleaseReply struct {
	Released bool
	Jobs     []Released
	Left     int // held jobs not taken this time (locked, or too many for one write); call again
}

// A Released is one job that was taken back.
type Released struct {
	ID    string
	Kind  string
	State State // Ready, Dead or Cancelled
	// Ran is how long it had run when the worker last beat, by the store's clock;
	// 0 if it was claimed after that.
	Ran time.Duration
	// Cursor: it has one, so that it goes on where it stood.
	Cursor bool
}

// A PruneRequest says what is too old.
type PruneRequest struct {
	Dead  time.Duration // dead jobs that ended longer ago; 0: none
	Limit int           // 0: 1000
}

// A PruneReply says what was deleted.
type PruneReply struct {
	Deleted int
	More    bool
}
