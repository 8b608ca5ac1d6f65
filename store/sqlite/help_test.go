package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
)

// openTemp is a store on a file of its own.
func openTemp(t testing.TB, o Options) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "jobs.db"), o)
}

// openAt is a store that is closed when the test ends.
func openAt(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A worker that the test plays.
var (
	beat       = byhand.Beat
	add        = byhand.Add
	request    = byhand.Request
	claim      = byhand.Claim
	outcomes   = byhand.Outcomes
	eventually = byhand.Eventually
)
