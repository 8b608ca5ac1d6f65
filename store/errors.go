package store

import "errors"

// The sentinels of the seam. Stores wrap them with what was being done.
var (
	// ErrInvalid: the request itself is wrong and will always be.
	ErrInvalid = errors.New("invalid")
	// ErrUnsupported: this store cannot do that; its Features say so.
	ErrUnsupported = errors.New("not supported by this store")
	// ErrUnknownWorker: the store does not know the worker (any more); a Beat
	// makes it known.
	ErrUnknownWorker = errors.New("worker is not known to the store")
	// ErrLost: the claim is not the caller's any more; nothing was written.
	ErrLost = errors.New("claim lost")
	// ErrUnsure: a commit was sent and its answer did not come: it may be in.
	ErrUnsure = errors.New("commit sent but not answered")
	// ErrGone: the store itself is not what it was when it was opened: its
	// file was deleted or replaced. Only a restart helps.
	ErrGone = errors.New("the store is gone")
	// ErrNewer: the store was brought to a schema that this version does not
	// know.
	ErrNewer = errors.New("the store's schema is newer than this version")
	// ErrNoItem: Commit was called a second time for one item of Each.
	ErrNoItem = errors.New("the item in hand is committed already")
)
