package host

import (
	"context"
	"log/slog"
)

// A Trap is something about a process' place that costs jobs when it is stopped, or that
// its owner should know before it does.
type Trap struct {
	Name   string // for programs: "shell", "su", "grace", …
	Grave  bool   // a stop costs jobs; otherwise it is only good to know
	What   string // what is found, a sentence that does not vary
	Effect string // what comes of it
	Hint   string // what to do about it

	PID     int    // of the process that is the trap; 0: none is
	Program string // what that one runs, without what it was given to work on
}

// Log writes the trap as one line.
func (t Trap) Log(log *slog.Logger) {
	level := slog.LevelInfo
	if t.Grave {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.String("trap", t.Name)}
	if t.PID != 0 {
		attrs = append(attrs, slog.Int("pid", t.PID), slog.String("program", t.Program))
	}
	if t.Effect != "" {
		attrs = append(attrs, slog.String("effect", t.Effect))
	}
	if t.Hint != "" {
		attrs = append(attrs, slog.String("hint", t.Hint))
	}
	log.LogAttrs(context.Background(), level, t.What, attrs...)
}
