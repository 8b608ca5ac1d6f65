package pgtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrMissing says that PostgreSQL is not installed.
var ErrMissing = errors.New("needs PostgreSQL (hint: apt-get install postgresql)")

// programs is the folder of the newest PostgreSQL: Debian keeps its programs outside
// of PATH, a folder per version.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(newest), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", ErrMissing
	}
	return filepath.Dir(path), nil
}

// initialize makes the cluster. What it writes is not synced: after a power cut
// nobody asks for it.
func (s *Server) initialize(ctx context.Context, o *Options) error {
	cmd := s.as.command(filepath.Join(s.bin, "initdb"), "-D", s.path("data"), "-U", superuser,
		"--no-sync", "--encoding=UTF8", "--locale=C", "--auth=trust")
	if s.wal != "" {
		cmd.Args = append(cmd.Args, "--waldir", s.wal)
	}
	if out, err := runUnder(ctx, cmd); err != nil {
		return fmt.Errorf("initdb as %q in %s: %w: %s", s.as.name, s.home, err, out)
	}
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": s.home,
		"max_connections":         "200",
	}
	maps.Copy(settings, o.Settings)
	return s.configure(settings, o.Access)
}

// configure writes the cluster's settings, and who may come in.
func (s *Server) configure(settings map[string]string, access []string) error {
	var conf strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&conf, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	access = append(slices.Clone(access),
		"local all,replication all trust", "host all,replication all 127.0.0.1/32 trust", "")
	return errors.Join(
		write(s.path("data", "postgresql.conf"), os.O_APPEND, conf.String()),
		write(s.path("data", "pg_hba.conf"), os.O_TRUNC, strings.Join(access, "\n")))
}

// write writes into a file that is there, and so keeps its owner.
func write(path string, how int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|how, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// runUnder runs a command to its end, which is the end of ctx at the latest.
func runUnder(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	bound := exec.CommandContext(ctx, cmd.Path)
	bound.Args, bound.Env, bound.Dir, bound.SysProcAttr = cmd.Args, cmd.Env, cmd.Dir, cmd.SysProcAttr
	return bound.CombinedOutput()
}

// freePort finds a port that nobody listens on, below those that systems give to
// outgoing connections: a client that tries such a port again and again while the
// server is away can come to be connected to itself.
func freePort() (int, error) {
	var err error
	for range 100 {
		port := 10240 + rand.IntN(32000-10240)
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}
