package sqlite

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Synchronous says when a write is answered: see the constants.
type Synchronous string

const (
	// Full answers a write after it was synced to disk: what was acknowledged
	// survives a crash of the process, of the machine, and a power cut, as far
	// as the disk keeps what it says is written. The default. Claims and beats
	// alone are answered without a sync of their own (the next one takes them
	// along): what ends the machine ends their worker with it, and a claim that
	// is forgotten then is a job that is ready, as after its release.
	Full Synchronous = "FULL"
	// Normal answers a write when the operating system has it, and syncs only
	// at checkpoints. A crash or kill -9 of the process loses nothing. A power
	// cut or a crash of the machine can take the last acknowledged writes, of
	// seconds to minutes, as if they had not been made: jobs enqueued then are
	// missing, and jobs done then run again. The file stays intact.
	Normal Synchronous = "NORMAL"
)

// DefaultBusyTimeout is how long a call waits for its turn to write.
const DefaultBusyTimeout = 30 * time.Second

// Options are the choices of a store. The zero value works.
type Options struct {
	// Synchronous is Full or Normal. Default: Full. It holds for tasuki's own
	// writes and for connections of DB; connections of a *sql.DB given to New
	// that are not tasuki's are left as they are.
	Synchronous Synchronous
	// BusyTimeout is how long a call waits while others write, other processes
	// and this one, before it fails. A call's context ends the wait at once.
	// Default: DefaultBusyTimeout.
	BusyTimeout time.Duration
	// MaxPayload bounds arguments, cursor and result in bytes, each. Default:
	// store.MaxPayload.
	MaxPayload int
	// NoMigrate makes opening fail with a hint where the file has no schema or
	// an older one, instead of bringing it up to date.
	NoMigrate bool
	// Clock is the store's clock, for tests. Default: time.Now.
	Clock func() time.Time
}

// filled is o with its defaults, or an error that names the wrong field.
func (o Options) filled() (Options, error) {
	switch o.Synchronous {
	case "":
		o.Synchronous = Full
	case Full, Normal:
	default:
		return o, fmt.Errorf("sqlite: Synchronous is %q: %w (hint: use FULL or NORMAL)", o.Synchronous, store.ErrInvalid)
	}
	if o.BusyTimeout < 0 {
		return o, fmt.Errorf("sqlite: BusyTimeout is negative: %w (hint: leave it out for %v)", store.ErrInvalid, DefaultBusyTimeout)
	}
	if o.MaxPayload < 0 {
		return o, fmt.Errorf("sqlite: MaxPayload is negative: %w (hint: leave it out for %d bytes)", store.ErrInvalid, store.MaxPayload)
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = DefaultBusyTimeout
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = store.MaxPayload
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o, nil
}
