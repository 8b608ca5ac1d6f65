package postgres

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

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
	// itself, one for each Listen, and now and then one for a moment. Two are the least.
	// Default: pool_max_conns of the DSN, else DefaultMaxConns. A pool given to New, or
	// with Pooled this one, serves for all but those last two.
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
	// goes: a pooler in transaction mode does not pass them on. BeforeConnect of a pool
	// is not asked for it. Default: the same.
	ListenDSN string
	// NoListen makes workers find new jobs by polling alone. Default: false.
	NoListen bool
	// IdleInTransaction is how long the server lets a transaction of this store stand
	// idle before it ends it: it is by when the rows of a worker that was frozen inside
	// of a Commit are free. In milliseconds, one at least, 24 days at most. Default:
	// DefaultIdleInTransaction. Negative: the server's own. Not with Pooled, nor with a
	// pool given to New.
	IdleInTransaction time.Duration
}

// What no server has more of: connections, and milliseconds in a setting.
const (
	mostConns   = 1<<18 - 1
	longestWait = math.MaxInt32 * time.Millisecond
)

// filled is o with its defaults, or an error that names the wrong field.
func (o Options) filled() (Options, error) {
	o.Schema = cmp.Or(o.Schema, DefaultSchema)
	if err := o.check(); err != nil {
		return o, err
	}
	o.MaxPayload = cmp.Or(o.MaxPayload, store.MaxPayload)
	if o.IdleInTransaction = cmp.Or(o.IdleInTransaction, DefaultIdleInTransaction); o.IdleInTransaction > 0 {
		o.IdleInTransaction = max(o.IdleInTransaction, time.Millisecond) // for the server 0 is for ever
	}
	return o, nil
}

func (o *Options) check() error {
	if err := checkSchema(o.Schema); err != nil {
		return err
	}
	switch {
	case o.MaxConns < 0 || o.MaxConns == 1 || o.MaxConns > mostConns:
		return fmt.Errorf("postgres: MaxConns is %d: %w (hint: leave it out for %d; 2 is the least, %d the most)", o.MaxConns, store.ErrInvalid, DefaultMaxConns, mostConns)
	case o.MaxPayload < 0:
		return fmt.Errorf("postgres: MaxPayload is negative: %w (hint: leave it out for %d bytes)", store.ErrInvalid, store.MaxPayload)
	case o.IdleInTransaction > longestWait:
		return fmt.Errorf("postgres: IdleInTransaction is %v: %w (hint: 24 days at the most; negative leaves the server's own)", o.IdleInTransaction, store.ErrInvalid)
	case o.ListenDSN == "":
		return nil
	case o.NoListen:
		return fmt.Errorf("postgres: ListenDSN and NoListen are both set: %w (hint: choose one)", store.ErrInvalid)
	}
	if _, err := pgx.ParseConfig(o.ListenDSN); err != nil {
		return fmt.Errorf("postgres: ListenDSN: %w: %w (hint: postgres://user:password@host:5432/database)", store.ErrInvalid, err)
	}
	return nil
}
