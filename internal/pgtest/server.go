package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Options of a server. The zero value works.
type Options struct {
	// Settings go into postgresql.conf, e.g. "commit_delay": "2000". They win over
	// pgtest's own: fsync is on, 200 connections, 127.0.0.1 alone is listened on.
	Settings map[string]string
	// Access are lines of pg_hba.conf that come before pgtest's own, which let in
	// everybody without a password, from 127.0.0.1 and on the socket.
	Access []string
	// Folder is where the server's own folder is made, e.g. to have it on a disk
	// that can become full. The server's account must reach it. Default: the
	// system's folder for temporary files.
	Folder string
	// WAL is where a folder for the server's log of writes is made, as Folder.
	// Default: in the server's own folder.
	WAL string
}

// A Server is a private PostgreSQL. Its methods may be called at once.
type Server struct {
	home  string // all that belongs to it lies here
	wal   string // but its log of writes, if that lies elsewhere
	bin   string // where the programs lie
	as    account
	port  int
	guard *guard

	mu      sync.Mutex // held while it starts or stops
	process *process   // nil: it does not run
	frozen  bool
}

// Start makes a cluster and starts its server. ErrMissing: PostgreSQL is not
// installed. ctx bounds the start only; Stop ends the server.
func Start(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o, func(s *Server, o *Options) error { return s.initialize(ctx, o) })
}

// start starts a server on what initialize makes.
func start(ctx context.Context, o Options, initialize func(*Server, *Options) error) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.as, err = serverAccount(); err != nil {
		return nil, err
	}
	if s.home, err = os.MkdirTemp(cmp.Or(o.Folder, os.TempDir()), "tasuki-pg-"); err != nil {
		return nil, err
	}
	if o.WAL != "" {
		if s.wal, err = os.MkdirTemp(o.WAL, "tasuki-wal-"); err != nil {
			return nil, errors.Join(err, os.RemoveAll(s.home))
		}
	}
	if err := s.begin(ctx, func() error { return initialize(s, &o) }); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) begin(ctx context.Context, initialize func() error) error {
	for _, folder := range s.folders() {
		if err := s.as.own(folder); err != nil {
			return err
		}
	}
	var err error
	if s.guard, err = startGuard(s.folders(), s.as); err != nil {
		return err
	}
	if err := initialize(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for range 5 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		// Another program may have taken the port meanwhile.
		if err = s.up(ctx); err == nil || !errors.Is(err, errExited) {
			return err
		}
	}
	return err
}

// up starts the process and waits until it takes connections.
func (s *Server) up(ctx context.Context) error {
	p, err := startProcess(s.as.command(filepath.Join(s.bin, "postgres"),
		"-D", s.path("data"), "-p", strconv.Itoa(s.port)), s.path("log"))
	if err != nil {
		return err
	}
	if err := p.ready(ctx, s.path("data", "postmaster.pid")); err != nil {
		p.end(syscall.SIGQUIT)
		return fmt.Errorf("start PostgreSQL: %w; its log:\n%s", err, s.Log())
	}
	s.process = p
	return nil
}

// down ends the process, if it runs, and waits for its end.
func (s *Server) down(how os.Signal) error {
	if s.process == nil {
		return nil
	}
	if s.frozen { // who is frozen does not end
		if err := s.freeze(false); err != nil {
			return err
		}
	}
	err := s.process.end(how)
	s.process = nil
	return err
}

// Restart shuts the server down, if it runs, as an administrator does, which ends
// all connections, and starts it at the same address.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.down(syscall.SIGINT); err != nil {
		return err
	}
	return s.up(ctx)
}

// Kill ends the server at once, as in a crash: the next start recovers from its
// log. Restart starts it again.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down(syscall.SIGQUIT)
}

// Stop ends the server and removes all that belongs to it.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.down(syscall.SIGINT)
	if s.guard != nil {
		s.guard.end()
	}
	for _, folder := range s.folders() {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}

// folders are the server's own.
func (s *Server) folders() []string {
	if s.wal == "" {
		return []string{s.home}
	}
	return []string{s.home, s.wal}
}

// Ended says whether the server ended by itself, as it does when it cannot recover
// from a crash. Restart starts it again.
func (s *Server) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return false
	}
	select {
	case <-s.process.exited:
		return true
	default:
		return false
	}
}

// Pause freezes the server with all its sessions: connections stay and nothing is
// answered. Resume ends it.
func (s *Server) Pause() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.freeze(true)
}

// Resume lets a paused server go on.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.freeze(false)
}

func (s *Server) freeze(on bool) error {
	if s.process == nil {
		return errors.New("the server does not run")
	}
	s.frozen = on
	return freeze(s.process.cmd.Process.Pid, on)
}

// Log is what the server has logged until now.
func (s *Server) Log() string {
	log, _ := os.ReadFile(s.path("log"))
	return string(log)
}

func (s *Server) path(names ...string) string {
	return filepath.Join(append([]string{s.home}, names...)...)
}

// patience is how long a server may take to end.
const patience = time.Minute
