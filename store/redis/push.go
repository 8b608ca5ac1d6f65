package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// A Push is a job with what a Ruby class says of its jobs in sidekiq_options. Go does not
// know the class: what is not said here is as if the class said nothing.
type Push struct {
	store.Job

	// NoRetry is retry: false. The job is tried once, and when it fails it is gone.
	// MaxAttempts, which must be 0 then, says retry: N otherwise, as N + 1; 0 is
	// retry: true.
	NoRetry bool
	// RetryFor is retry_for: how long after its first failure the job may be tried again,
	// in place of a number of attempts. Whole seconds, at most 1,000,000,000; 0: no limit.
	RetryFor time.Duration
	// RetryQueue is retry_queue: where it waits once it has failed. Default: its queue.
	RetryQueue string
	// NotDead is dead: false. A job that failed for good is gone.
	NotDead bool
	// Backtrace is backtrace: how many lines of it Ruby keeps of a failure; negative: all.
	Backtrace int
	// Fields are more fields of the payload with their JSON, as locale or cattr. What
	// store.Job, this type or Sidekiq itself fills in is refused.
	Fields map[string]json.RawMessage
}

// Push is Enqueue for jobs with Sidekiq's own options.
func (s *Store) Push(ctx context.Context, pushes ...Push) ([]store.Enqueued, error) {
	jobs, heads := make([]store.Job, len(pushes)), make([]string, len(pushes))
	for i := range pushes {
		p := &pushes[i]
		head, err := s.admissible(&p.Job)
		if err != nil {
			return nil, err
		}
		if heads[i], err = p.extend(head); err != nil {
			return nil, fmt.Errorf("job %q of kind %q: %w: %w", p.ID, p.Kind, store.ErrInvalid, err)
		}
		jobs[i] = p.Job
	}
	return s.add(ctx, jobs, heads)
}

// maxRetryFor is the longest that Sidekiq takes, in seconds: more is a point in time by
// mistake.
const maxRetryFor = 1_000_000_000

// check says what Sidekiq's client would refuse.
func (p *Push) check() error {
	switch seconds := p.RetryFor / time.Second; {
	case p.NoRetry && p.MaxAttempts != 0:
		return fmt.Errorf("NoRetry is set and MaxAttempts is %d (hint: one of the two)", p.MaxAttempts)
	case p.RetryFor < 0 || seconds > maxRetryFor || p.RetryFor%time.Second != 0:
		return fmt.Errorf("RetryFor is %v (hint: whole seconds, at most %d)", p.RetryFor, maxRetryFor)
	case len(p.RetryQueue) > store.MaxName || strings.ContainsFunc(p.RetryQueue, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("RetryQueue must be at most %d bytes without control characters (hint: a queue's name)", store.MaxName)
	}
	return nil
}

// fixed are fields that cannot be given as others.
var fixed = map[string]string{
	"class": "Kind", "args": "Args", "jid": "ID", "queue": "Queue", "tags": "Tags", "at": "Delay",
	"retry": "MaxAttempts and NoRetry", "retry_for": "RetryFor", "retry_queue": "RetryQueue", "dead": "NotDead", "backtrace": "Backtrace",
}

// filledIn are fields that Sidekiq or tasuki writes when its time has come.
var filledIn = []string{"created_at", "enqueued_at", "failed_at", "retried_at", "retry_count", "error_class", "error_message", "error_backtrace",
	"discarded_at", "wrapped", ownField, whyField, endedField}

// extend is the head of a payload with the options behind it.
func (p *Push) extend(head string) (string, error) {
	if err := p.check(); err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(head, `{"retry":true`); ok && p.NoRetry {
		head = `{"retry":false` + rest
	}
	b := []byte(head)
	if p.RetryFor > 0 {
		b = strconv.AppendInt(append(b, `,"retry_for":`...), int64(p.RetryFor/time.Second), 10)
	}
	if p.RetryQueue != "" {
		b = wire.AppendString(append(b, `,"retry_queue":`...), p.RetryQueue)
	}
	if p.NotDead {
		b = append(b, `,"dead":false`...)
	}
	switch {
	case p.Backtrace < 0:
		b = append(b, `,"backtrace":true`...)
	case p.Backtrace > 0:
		b = strconv.AppendInt(append(b, `,"backtrace":`...), int64(p.Backtrace), 10)
	}
	return p.others(b)
}

// others appends the fields that have no name here.
func (p *Push) others(b []byte) (string, error) {
	for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
		if by, is := fixed[name]; is {
			return "", fmt.Errorf("option Fields has %q (hint: %s says it)", name, by)
		}
		if name == "" || slices.Contains(filledIn, name) {
			return "", fmt.Errorf("option Fields has %q, which is no option (hint: leave it out)", name)
		}
		var err error
		if b, err = wire.AppendRuby(append(wire.AppendString(append(b, ','), name), ':'), p.Fields[name]); err != nil {
			return "", fmt.Errorf("option Fields[%q]: %w (hint: one JSON value)", name, err)
		}
	}
	if len(b) > maxRuby-1024 {
		return "", fmt.Errorf("the payload has %d bytes (hint: keep the data elsewhere and enqueue where it is)", len(b))
	}
	return string(b), nil
}
