package postgres

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

const (
	// DefaultSchema is where the tables are.
	DefaultSchema = "tasuki"
	// DefaultMaxConns is how many connections the application's statements have.
	DefaultMaxConns = 8
	// DefaultIdleInTransaction is how long a transaction may stand idle.
	DefaultIdleInTransaction = time.Minute
)

// Options are the choices of a store. The zero value works.
type Options struct {
	// Schema is where the tables are. Default: DefaultSchema.
	Schema string
	// MaxConns is how many connections the application's statements have at most, those
	// of handlers that use Commit among them; beside them the store has up to six for
	// itself, and one that listens. Default: pool_max_conns of the DSN, else
	// DefaultMaxConns. A pool given to New serves for all but listening.
	MaxConns int
	// MaxPayload bounds arguments, cursor and result in bytes, each. Default:
	// store.MaxPayload.
	MaxPayload int
	// NoMigrate makes opening fail with a hint where there is no schema or an older
	// one, instead of bringing it up to date.
	NoMigrate bool
	// Pooled says that a pooler in transaction mode, such as PgBouncer, stands before
	// the server: no prepared statements, no settings of sessions. Default: false.
	Pooled bool
	// ListenDSN is where to listen for notifications, if not where everything else
	// goes: a pooler in transaction mode does not pass them on. Default: the same.
	ListenDSN string
	// NoListen makes workers find new jobs by polling alone. Default: false.
	NoListen bool
	// IdleInTransaction is how long the server lets a transaction of this store stand
	// idle before it ends it: it is by when the rows of a worker that was frozen inside
	// of a Commit are free. Default: DefaultIdleInTransaction. Negative: the server's
	// own. Not with Pooled, nor with a pool given to New.
	IdleInTransaction time.Duration
}

// filled is o with its defaults, or an error that names the wrong field.
func (o Options) filled() (Options, error) {
	if o.Schema == "" {
		o.Schema = DefaultSchema
	}
	if err := checkSchema(o.Schema); err != nil {
		return o, err
	}
	if o.MaxConns < 0 || o.MaxConns == 1 {
		return o, fmt.Errorf("postgres: MaxConns is %d: %w (hint: leave it out for %d; 2 is the least)", o.MaxConns, store.ErrInvalid, DefaultMaxConns)
	}
	if o.MaxPayload < 0 {
		return o, fmt.Errorf("postgres: MaxPayload is negative: %w (hint: leave it out for %d bytes)", store.ErrInvalid, store.MaxPayload)
	}
	if o.ListenDSN != "" && o.NoListen {
		return o, fmt.Errorf("postgres: ListenDSN and NoListen are both set: %w (hint: choose one)", store.ErrInvalid)
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = store.MaxPayload
	}
	if o.IdleInTransaction == 0 {
		o.IdleInTransaction = DefaultIdleInTransaction
	}
	return o, nil
}
