package redis

import (
	"cmp"
	"fmt"
	"log/slog"
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
	// Sidekiq's Web. Every claim of the job by tasuki begins it anew. Default: 7 days.
	UniqueFor time.Duration
	// Logger gets what is worth a warning at the start. Default: slog.Default().
	Logger *slog.Logger
}

const (
	defaultPrefix    = "tasuki:"
	defaultUniqueFor = 7 * 24 * time.Hour
)

// filled are the options with their defaults, or what is wrong with them.
func (o Options) filled() (Options, error) {
	o.Prefix = cmp.Or(o.Prefix, defaultPrefix)
	o.MaxPayload = cmp.Or(o.MaxPayload, store.MaxPayload)
	o.UniqueFor = cmp.Or(o.UniqueFor, defaultUniqueFor)
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
	return o, nil
}
