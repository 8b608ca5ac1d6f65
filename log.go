package tasuki

import (
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// logOutcome says what became of a run: loud where a person may have to act,
// quiet where all is well. A hand-over is told with its cursor and how long it
// had run.
func (w *Worker) logOutcome(r *run, o store.Outcome) {
	level, msg := slog.LevelDebug, "job done"
	switch o.Verb {
	case store.HandOver:
		level, msg = slog.LevelInfo, "job handed over"
	case store.Fail:
		level, msg = slog.LevelWarn, "job failed"
	case store.Bury:
		level, msg = slog.LevelError, "job is dead"
	case store.Cancel, store.Snooze:
		level, msg = slog.LevelInfo, "job "+string(o.Verb)
	}
	if !w.log.Enabled(r.ctx, level) {
		return
	}
	attrs := append(r.attrs(), slog.Duration("ran", time.Since(r.started)))
	if o.Why != "" {
		attrs = append(attrs, slog.String("why", o.Why))
	}
	if o.Verb == store.HandOver {
		attrs = append(attrs, slog.String("cursor", r.whereabouts()))
	}
	w.log.LogAttrs(w.base, level, msg, attrs...)
}

// whereabouts is the newest cursor that this run knows, for a log line.
func (r *run) whereabouts() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if raw, err := r.stands(); err == nil && raw != nil {
		return store.Clean(string(raw), 1000)
	}
	return store.Clean(string(r.rec.Cursor), 1000)
}

// version is the version of this module in the program that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/tasuki-jobs/tasuki" {
			return m.Version
		}
	}
	return info.Main.Version
}
