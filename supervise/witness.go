package supervise

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// A Witness is told of each worker that died, once no process of it lives any more: what
// it held can be released at once.
type Witness interface {
	// Died answers how many jobs were released. If it fails it is asked again, later and
	// later, until it does not; it may be asked about several deaths at once.
	Died(ctx context.Context, d Death) (jobs int, err error)
}

// A Death is the end of a worker.
type Death struct {
	Process host.Identity
	Name    string // in its store, if it said so
	Why     string // such as "killed by signal 9 (OOM: no) after 12.3s"
	Lived   time.Duration
	At      time.Time // when the supervisor saw it
}
