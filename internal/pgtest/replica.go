package pgtest

import (
	"errors"
	"maps"
	"path/filepath"
	"strconv"
	"testing"
)

// Replica starts a server for one test that follows this one, and only reads. This one
// needs its settings wal_level and max_wal_senders as they are by default.
func (s *Server) Replica(tb testing.TB) *Server {
	tb.Helper()
	r, err := start(tb.Context(), Options{}, func(r *Server, o *Options) error {
		cmd := r.as.command(filepath.Join(r.bin, "pg_basebackup"), "-D", r.path("data"), "-U", superuser,
			"-h", s.home, "-p", strconv.Itoa(s.port), "--checkpoint=fast", "--no-sync", "-R")
		if out, err := runUnder(tb.Context(), cmd); err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
		settings := map[string]string{"unix_socket_directories": r.home}
		maps.Copy(settings, o.Settings)
		return r.configure(settings, o.Access)
	})
	r = given(tb, r, err)
	tb.Cleanup(func() {
		if err := r.Stop(); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return r
}
