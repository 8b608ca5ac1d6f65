package redis

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Options are the choices of a store; the zero value works.
type Options struct {
	// Prefix begins the keys that are tasuki's own, beside Sidekiq's. Default:
	// "tasuki:".
	Prefix string
	// MaxPayload bounds arguments, cursor and result of what tasuki writes, in bytes,
	// each. Default: store.MaxPayload (1 MiB). What others enqueue may have 16 MiB.
	MaxPayload int
	// UniqueFor is how long a unique key is kept at most from when its job becomes due,
	// should nobody of tasuki's see the job's end: Ruby ran it, or somebody deleted it in
	// Sidekiq's Web. It begins anew whenever tasuki claims the job or lets it wait again:
	// for a retry, put off, handed over, released. Default: 7 days.
	UniqueFor time.Duration
	// Timestamps are in what times in payloads are written; both are read. Default: as
	// the processes of Sidekiq understand them that work on the server, looked at once a
	// minute: milliseconds if there are some and all are of version 8 or newer, otherwise
	// seconds, which all versions understand.
	Timestamps Timestamps
	// Metrics are for the page of Sidekiq's Web that shows how long jobs take. Default: in
	// the forms of the processes of Sidekiq that work on the server; without any: none.
	Metrics Metrics
	// DeadJobs is from how many dead jobs on the oldest are deleted when one is added, as
	// Sidekiq's dead_max_jobs: one less than that stay. Default: 10,000.
	DeadJobs int
	// DeadFor is how long a dead job is kept, as Sidekiq's dead_timeout_in_seconds.
	// Default: 180 days.
	DeadFor time.Duration
	// Logger gets what is worth a warning at the start. Default: slog.Default().
	Logger *slog.Logger
}

// Timestamps are in what a payload's times are written.
type Timestamps string

const (
	TimestampsAuto    Timestamps = ""
	TimestampsSeconds Timestamps = "seconds"      // since 1970, with a fraction: as Sidekiq up to 7
	TimestampsMillis  Timestamps = "milliseconds" // since 1970, whole: as Sidekiq from 8 on
)

// Metrics is a form of the figures behind the page Metrics of Sidekiq's Web.
type Metrics string

const (
	MetricsAuto Metrics = ""
	MetricsOff  Metrics = "off"
	Metrics7    Metrics = "7" // of Sidekiq 7
	Metrics8    Metrics = "8" // of Sidekiq 8
)

const (
	defaultPrefix    = "tasuki:"
	defaultUniqueFor = 7 * 24 * time.Hour
	defaultDeadJobs  = 10_000
	defaultDeadFor   = 180 * 24 * time.Hour
)

// filled are the options with their defaults, or what is wrong with them.
func (o Options) filled() (Options, error) {
	o.Prefix = cmp.Or(o.Prefix, defaultPrefix)
	o.MaxPayload = cmp.Or(o.MaxPayload, store.MaxPayload)
	o.UniqueFor = cmp.Or(o.UniqueFor, defaultUniqueFor)
	o.DeadJobs = cmp.Or(o.DeadJobs, defaultDeadJobs)
	o.DeadFor = cmp.Or(o.DeadFor, defaultDeadFor)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	switch {
	case len(o.Prefix) > 64 || strings.ContainsAny(o.Prefix, " \t\r\n{}\x00"):
		return o, fmt.Errorf("Options.Prefix %q: %w: it has more than 64 bytes, spaces or braces (hint: a short word and a colon, such as tasuki:)", o.Prefix, store.ErrInvalid)
	case o.MaxPayload < 0 || o.MaxPayload > maxRuby:
		return o, fmt.Errorf("Options.MaxPayload is %d: %w (hint: 1 to %d bytes)", o.MaxPayload, store.ErrInvalid, maxRuby)
	case o.UniqueFor < time.Minute:
		return o, fmt.Errorf("Options.UniqueFor is %v: %w (hint: at least a minute)", o.UniqueFor, store.ErrInvalid)
	}
	return o, o.shared()
}

// shared says what is wrong with what Sidekiq's own processes see.
func (o *Options) shared() error {
	switch {
	case !slices.Contains([]Timestamps{TimestampsAuto, TimestampsSeconds, TimestampsMillis}, o.Timestamps):
		return fmt.Errorf("Options.Timestamps is %q: %w (hint: seconds or milliseconds)", o.Timestamps, store.ErrInvalid)
	case !slices.Contains([]Metrics{MetricsAuto, MetricsOff, Metrics7, Metrics8}, o.Metrics):
		return fmt.Errorf("Options.Metrics is %q: %w (hint: off, 7 or 8)", o.Metrics, store.ErrInvalid)
	case o.DeadJobs < 2:
		return fmt.Errorf("Options.DeadJobs is %d: %w (hint: at least 2, of which one stays)", o.DeadJobs, store.ErrInvalid)
	case o.DeadFor < time.Minute:
		return fmt.Errorf("Options.DeadFor is %v: %w (hint: at least a minute)", o.DeadFor, store.ErrInvalid)
	}
	return nil
}
