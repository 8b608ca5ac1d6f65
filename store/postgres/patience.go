package postgres

import (
	"context"
	"strconv"
	"time"
)

var lockLimitSQL = named("lock_limit")

// patience is who may wait for other transactions' locks. The application's may be open
// for long; if all of the store's connections waited for one of them there would be none
// for beats, and the worker would be taken for dead.
type patience chan struct{}

// mostPatient is how many calls wait at a time, where there are connections enough.
const mostPatient = 2

// newPatience is for a number of connections.
func newPatience(conns int) patience { return make(patience, min(max(conns/2-1, 1), mostPatient)) }

// lockPatience is how long a call waits for a lock before that counts as for long.
const lockPatience = 50 * time.Millisecond

// try runs do, which starts with the calls that it is given: with a bound on waits for
// locks, and if that is too short without one, as soon as few others do.
func (p patience) try(ctx context.Context, do func(first ...*call) error) error {
	err := do(lockLimit(lockPatience))
	if code(err) != codeLocked {
		return err
	}
	select {
	case p <- struct{}{}:
		defer func() { <-p }()
		return do()
	case <-ctx.Done():
		return err
	}
}

// lockLimit bounds a transaction's waits for locks.
func lockLimit(d time.Duration) *call {
	return &call{query: lockLimitSQL, args: []any{strconv.FormatInt(d.Milliseconds(), 10)}}
}
