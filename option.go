package tasuki

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An Option says how a kind's jobs, or one job, are to be treated.
type Option func(*settings)

// settings is what options set: most of it travels in the job, the rest stays
// with the handler.
type settings struct {
	job        store.Job
	uniqueArgs bool
	positional bool
	backoff    func(failures int) time.Duration
	protect    *bool // nil: as the run shows
}

func (s *settings) apply(opts []Option) {
	for _, o := range opts {
		o(s)
	}
}

// Queue names the queue. Default: "default".
func Queue(name string) Option { return func(s *settings) { s.job.Queue = name } }

// Priority orders jobs inside a queue: lower first. Default 0; negative allowed.
func Priority(p int) Option { return func(s *settings) { s.job.Priority = p } }

// Delay makes the job ready only after d, counted by the store's clock from the
// moment it is enqueued.
func Delay(d time.Duration) Option { return func(s *settings) { s.job.Delay = d } }

// At makes the job ready at t. The time until then is measured here and now and
// added to the store's clock, so a job made long before it is enqueued is late
// by as much.
func At(t time.Time) Option { return func(s *settings) { s.job.Delay = time.Until(t) } }

// MaxAttempts is after how many failed attempts the job is dead. Default 25; 0 in
// a job's own options means its kind's. Interruptions and releases are not
// attempts.
func MaxAttempts(n int) Option { return func(s *settings) { s.job.MaxAttempts = n } }

// Backoff says how long to wait after the n-th failure (from 1). Default:
// [DefaultBackoff]. It belongs to the handler: the worker that saw the failure
// asks it.
func Backoff(wait func(n int) time.Duration) Option {
	return func(s *settings) { s.backoff = wait }
}

// Timeout bounds one attempt: after it the context is cancelled with cause
// ErrTimeout, and the error that the handler then returns is a failed attempt.
// Default: none; 0 in a job's own options means its kind's. It bounds one run, not
// the whole job: time spent before a hand-over does not count.
func Timeout(d time.Duration) Option { return func(s *settings) { s.job.Timeout = d } }

// Unique keeps a second job with the same key out while one is scheduled, ready,
// running or to be retried. The key is freed when the job is done, dead,
// cancelled or deleted, in the same write; no time-out guesses it. Keys are
// shared by all kinds.
func Unique(key string) Option {
	return func(s *settings) { s.job.Unique, s.uniqueArgs = key, false }
}

// UniqueArgs is Unique with a key made of the kind and the arguments' JSON.
func UniqueArgs() Option { return func(s *settings) { s.uniqueArgs = true } }

// Tags are words for people to find the job by.
func Tags(tags ...string) Option { return func(s *settings) { s.job.Tags = tags } }

// Keep keeps the record of a done job, with result and journal, readable for d.
// Default 0: a job done in its first run is gone at once, one that was
// interrupted, released or failed before stays for 24 hours.
func Keep(d time.Duration) Option { return func(s *settings) { s.job.Keep = d } }
