package tasuki

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Handler runs the jobs of one kind. Kind.Do and Each make one.
type Handler struct {
	kind     string
	settings settings
	do       func(context.Context, *run) error
	cursor   bool   // it cannot work on a store that keeps no cursors
	lacks    string // what it was not given; empty: nothing
}

// Kind is the kind whose jobs the handler runs.
func (h Handler) Kind() string { return h.kind }

// A HandlerFunc runs one job; [JobFrom] says which. It is what middleware wraps.
type HandlerFunc func(ctx context.Context) error

// A Middleware wraps the running of every job: tracing, transactions, limits.
// What it returns decides the job's outcome as if the handler had returned it,
// with one exception: a run that the runtime refused to continue is handed over
// whatever the error says.
type Middleware func(next HandlerFunc) HandlerFunc

// DefaultMaxAttempts is after how many failures a job is dead if neither job nor
// kind says.
const DefaultMaxAttempts = 25

// DefaultBackoff is how long a job waits after its n-th failure (from 1): as
// Sidekiq does it, (n-1)⁴ + 15 seconds and up to 10·n more by chance, so that
// jobs that failed together do not come back together. The 25 attempts take
// about 20 days.
func DefaultBackoff(n int) time.Duration {
	c := min(max(n, 1), 100) - 1 // beyond that it is years anyway
	s := c*c*c*c + 15 + rand.IntN(10*(c+1))
	return time.Duration(s) * time.Second
}

func (h *Handler) backoff(failures int) time.Duration {
	if h.settings.backoff == nil {
		return DefaultBackoff(failures)
	}
	return max(h.settings.backoff(failures), 0)
}

func (h *Handler) maxAttempts(job int) int {
	switch {
	case job > 0:
		return job
	case h.settings.job.MaxAttempts > 0:
		return h.settings.job.MaxAttempts
	}
	return DefaultMaxAttempts
}

func (h *Handler) timeout(job time.Duration) time.Duration {
	if job > 0 {
		return job
	}
	return h.settings.job.Timeout
}

// checkHandlers refuses handlers that cannot work on a store that can do this much.
func checkHandlers(handlers []Handler, can store.Features) error {
	seen := map[string]bool{}
	for i := range handlers {
		h, field := &handlers[i], fmt.Sprintf("Handlers[%d]", i)
		job := h.settings.job
		job.ID, job.Kind = "x", h.kind
		switch {
		case h.do == nil:
			return badConfig(field, "is empty; make it with Kind.Do or Each")
		case h.lacks != "":
			return badConfig(field, "(kind %q) has no %s", h.kind, h.lacks)
		case seen[h.kind]:
			return badConfig(field, "is a second handler for kind %q", h.kind)
		case job.Check(0) != nil:
			return fmt.Errorf("tasuki.Config.%s: %w", field, job.Check(0))
		case h.wants(can) != "":
			return badConfig(field, "wants %s, which store %s cannot do", h.wants(can), can.Name)
		}
		seen[h.kind] = true
	}
	return nil
}

// wants names what the handler needs and the store does not have.
func (h *Handler) wants(can store.Features) string {
	job := &h.settings.job
	switch {
	case h.cursor && !can.Cursor:
		return "a cursor"
	case job.Priority != 0 && !can.Priority:
		return "a priority"
	case (job.Unique != "" || h.settings.uniqueArgs) && !can.Unique:
		return "unique jobs"
	case len(job.Tags) > 0 && !can.Tags:
		return "tags"
	case job.Keep > 0 && !can.Keep:
		return "records to be kept"
	}
	return ""
}
