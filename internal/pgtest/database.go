package pgtest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is who owns everything in a cluster. It has no password.
const superuser = "postgres"

// DSN is the address of a database, as its superuser. "postgres" is a database that
// is always there.
func (s *Server) DSN(database string) string {
	return address(s.port, database)
}

func address(port int, database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", superuser, port, database)
}

// SocketDSN is DSN by the server's Unix socket, which processes in other network
// namespaces reach too.
func (s *Server) SocketDSN(database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%d&sslmode=disable", superuser, database, s.home, s.port)
}

// number makes names of databases different.
var number atomic.Int64

// Database makes an empty database, which is dropped at the end of the test with all
// connections to it, and answers its name.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := databaseName(tb.Name())
	// template0, which nobody can be connected to. Copying files would need two
	// checkpoints; the other way is to write the 7 MB to the log.
	if err := s.Exec(tb.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 STRATEGY wal_log"); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil && s.runs() {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return name
}

// Exec runs a statement in the database postgres, as its superuser.
func (s *Server) Exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err
}

func (s *Server) runs() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil
}

// databaseName is one that tells in the server's log which test it belongs to.
func databaseName(test string) string {
	name := fmt.Sprintf("t%d_%s", number.Add(1), strings.Map(plain, strings.ToLower(test)))
	return name[:min(len(name), 63)]
}

func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}
