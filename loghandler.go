package tasuki

import (
	"context"
	"log/slog"
	"slices"
)

// attrs are the job's attributes in a log line.
func (r *run) attrs() []slog.Attr {
	return []slog.Attr{slog.String("job", r.rec.ID), slog.String("kind", r.rec.Kind),
		slog.String("queue", r.rec.Queue), slog.Int("attempt", r.rec.Attempts+1)}
}

func logAttrs(r *run) []any {
	attrs := r.attrs()
	out := make([]any, len(attrs))
	for i, a := range attrs {
		out[i] = a
	}
	return out
}

// LogHandler wraps a slog.Handler so that every line logged with a job's context
// carries job, kind, queue and attempt, outside of all groups.
func LogHandler(h slog.Handler) slog.Handler { return logHandler{Handler: h} }

// A logHandler adds the job's attributes. Once a group is open they have to go in
// before it, so what came since is remembered and done again for each line.
type logHandler struct {
	slog.Handler
	outer slog.Handler                      // before the first group; nil while none is open
	since []func(slog.Handler) slog.Handler // what was done to outer
}

func (h logHandler) Handle(ctx context.Context, rec slog.Record) error {
	r := runFrom(ctx)
	if r == nil {
		return h.Handler.Handle(ctx, rec)
	}
	if h.outer == nil {
		rec = rec.Clone()
		rec.AddAttrs(r.attrs()...)
		return h.Handler.Handle(ctx, rec)
	}
	with := h.outer.WithAttrs(r.attrs())
	for _, do := range h.since {
		with = do(with)
	}
	return with.Handle(ctx, rec)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.then(h.outer, func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

func (h logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	outer := h.outer
	if outer == nil {
		outer = h.Handler
	}
	return h.then(outer, func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (h logHandler) then(outer slog.Handler, do func(slog.Handler) slog.Handler) slog.Handler {
	next := logHandler{Handler: do(h.Handler), outer: outer}
	if outer != nil {
		next.since = append(slices.Clip(h.since), do)
	}
	return next
}
