package pgtest

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
// as they are. Where PostgreSQL is missing the test is skipped.
func Shared(tb testing.TB) *Server {
	tb.Helper()
	s, err := startShared()
	return given(tb, s, err)
}

// Own starts a server for one test. Where PostgreSQL is missing the test is skipped.
func Own(tb testing.TB, o Options) *Server {
	tb.Helper()
	s, err := Start(tb.Context(), o)
	s = given(tb, s, err)
	tb.Cleanup(func() {
		if err := s.Stop(); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return s
}

func given(tb testing.TB, s *Server, err error) *Server {
	tb.Helper()
	if errors.Is(err, ErrMissing) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	return s
}
