package pgtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
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

// Promote makes a replica a server that writes.
func (s *Server) Promote(ctx context.Context) error { return s.Exec(ctx, "SELECT pg_promote()") }

// followedSQL fails unless a replica follows.
const followedSQL = "SELECT 1 / count(*) FROM pg_stat_replication WHERE state = 'streaming'"

// HandOver is a planned failover: the server ends, once its replica has all that it has,
// the replica writes from then on, and the server comes back at its address as a replica
// of that.
func (s *Server) HandOver(ctx context.Context, replica *Server) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Who ends waits for those that follow, but not for one that has not begun to.
	if err := s.process.until(ctx, func() bool { return s.Exec(ctx, followedSQL) == nil }); err != nil {
		return fmt.Errorf("wait for the replica to follow: %w", err)
	}
	if err := s.down(syscall.SIGINT); err != nil {
		return err
	}
	if err := replica.Promote(ctx); err != nil {
		return err
	}
	follow := fmt.Sprintf("primary_conninfo = 'host=%s port=%d user=%s'\n", replica.home, replica.port, superuser)
	signal := s.path("data", "standby.signal")
	err := errors.Join(os.WriteFile(signal, nil, 0o600), s.as.own(signal), write(s.path("data", "postgresql.conf"), os.O_APPEND, follow))
	if err != nil {
		return err
	}
	return s.up(ctx)
}
