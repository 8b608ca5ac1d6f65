package tasukitest

import (
	"bytes"
	"log/slog"
)

// A TB is the test that a helper works for: a *testing.T, B or F.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// logOf is a worker's log as lines of the test, from warnings up, until it is killed.
func logOf(t TB, d *door) *slog.Logger {
	return slog.New(slog.NewTextHandler(lines{t, d}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type lines struct {
	t    TB
	door *door
}

func (l lines) Write(p []byte) (int, error) {
	if !l.door.isDead() {
		l.t.Logf("%s", bytes.TrimSpace(p))
	}
	return len(p), nil
}
