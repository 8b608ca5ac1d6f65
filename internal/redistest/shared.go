package redistest

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// startShared starts the server that a test binary shares, at its first use. Its
// guard stops it when the process ends.
var startShared = sync.OnceValues(func() (*Server, error) { return Start(context.Background(), Options{}) })

// Shared is the server of this test binary, for tests that leave it and its settings
// as they are, each in its own DB. Where Redis is missing the test is skipped.
func Shared(tb testing.TB) *Server {
	tb.Helper()
	s, err := startShared()
	return given(tb, s, err)
}

// Own starts a server for one test. Where Redis is missing the test is skipped.
func Own(tb testing.TB, o Options) *Server {
	tb.Helper()
	s, err := Start(tb.Context(), o)
	return owned(tb, s, err)
}

// owned is what a test has until it ends.
func owned[T interface{ Stop() error }](tb testing.TB, it T, err error) T {
	tb.Helper()
	given(tb, it, err)
	tb.Cleanup(func() {
		if err := it.Stop(); err != nil {
			tb.Errorf("redistest: %v", err)
		}
	})
	return it
}

func given[T any](tb testing.TB, it T, err error) T {
	tb.Helper()
	if errors.Is(err, ErrMissing) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatalf("redistest: %v", err)
	}
	return it
}
