package host

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// A Stop is how long a process takes to stop, beside the time that it is given.
type Stop struct {
	Timeout time.Duration
	Grace   Grace
	Err     error // why TASUKI_GRACE could not be read

	grave bool
	what  string
	hint  string
}

// weigh compares the two: a worker must be gone before it is killed.
func weigh(timeout time.Duration, g Grace, err error) Stop {
	s := Stop{Timeout: timeout, Grace: g, Err: err}
	switch {
	case err != nil:
		s.grave, s.what, s.hint = true, "TASUKI_GRACE is no time", "set it to the seconds between SIGTERM and SIGKILL"
	case g.Extends || g.Time == Forever:
		s.what = "a stop may take this long, and systemd waits for it"
	case g.Time == 0 && g.Setting != "":
		s.what, s.hint = "a stop may take this long; what the platform grants is not known", fmt.Sprintf("set %s above %v, and TASUKI_GRACE to the same", g.Setting, timeout)
	case g.Time == 0:
		s.what = "a stop may take this long; set TASUKI_GRACE to the platform's grace to have it checked"
	case g.Time > timeout && !g.Sure:
		s.what, s.hint = "a stop may take this long", "this is what holds if "+g.Setting+" is not set; set TASUKI_GRACE to what is set"
	case g.Time > timeout:
		s.what = "a stop may take this long"
	case g.Sure:
		s.grave, s.what, s.hint = true, "the platform kills this process before its own stop is over", s.remedy(g)
	default:
		s.grave, s.what, s.hint = true, "the platform kills this process before its own stop is over, unless more was set", s.remedy(g)
	}
	s.grave = s.grave || g.Doubt != ""
	return s
}

// remedy is what makes the timeout fit into the grace.
func (s Stop) remedy(g Grace) string {
	lower := fmt.Sprintf("lower -t below %v", g.Time)
	switch {
	case g.Most > 0 && s.Timeout >= g.Most:
		return lower + ": the platform grants no more than " + g.Most.String()
	case g.Setting == "":
		return fmt.Sprintf("raise the platform's grace above %v or %s", s.Timeout, lower)
	case g.Sure:
		return fmt.Sprintf("set %s above %v, or %s", g.Setting, s.Timeout, lower)
	}
	return fmt.Sprintf("set %s above %v and TASUKI_GRACE to the same, or %s", g.Setting, s.Timeout, lower)
}

// Fits says whether the process is gone before it is killed, as far as is known.
func (s Stop) Fits() bool { return !s.grave }

// Log writes how long a stop may take, and who says how long it may.
func (s Stop) Log(log *slog.Logger) {
	level := slog.LevelInfo
	attrs := []slog.Attr{slog.Duration("timeout", s.Timeout)}
	if s.grave {
		level, attrs = slog.LevelWarn, append(attrs, slog.String("trap", "grace"))
	}
	switch {
	case s.Grace.Time > 0:
		attrs = append(attrs, slog.Duration("grace", s.Grace.Time), slog.String("says", s.Grace.Source))
	case s.Grace.Time == Forever:
		attrs = append(attrs, slog.String("grace", "as long as it takes"), slog.String("says", s.Grace.Source))
	}
	for _, a := range []slog.Attr{slog.String("but", s.Grace.Doubt), slog.String("hint", s.hint)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	log.LogAttrs(context.Background(), level, s.what, attrs...)
}
