package pgtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
)

// A Pooler is a PgBouncer before a server, which gives out connections for one
// transaction each.
type Pooler struct{ port int }

// poolerConfig: where the server is, ports, files, size.
const poolerConfig = `[databases]
* = host=%[1]s port=%[2]d user=%[3]s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %[4]d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = %[5]d
max_client_conn = 500
pidfile = %[6]s.pid
`

// Pooler starts a PgBouncer for one test, with so many connections to each database
// at most. Where it is missing the test is skipped.
func (s *Server) Pooler(tb testing.TB, size int) *Pooler {
	tb.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // not in everybody's PATH
	}
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		tb.Skip("needs PgBouncer (hint: apt-get install pgbouncer)")
	}
	port, err := freePort()
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	files := s.path(fmt.Sprintf("pgbouncer-%d", port))
	config := fmt.Sprintf(poolerConfig, s.home, s.port, superuser, port, size, files)
	if err := os.WriteFile(files+".ini", []byte(config), 0o644); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	p, err := startProcess(s.as.command(program, files+".ini"), files+".log")
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := p.end(syscall.SIGTERM); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	answers := func() bool {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		return err == nil && c.Close() == nil
	}
	if err := p.until(tb.Context(), answers); err != nil {
		log, _ := os.ReadFile(files + ".log")
		tb.Fatalf("pgtest: start PgBouncer: %v; its log:\n%s", err, log)
	}
	return &Pooler{port}
}

// DSN is the address of a database behind the pooler.
func (p *Pooler) DSN(database string) string { return address(p.port, database) }
