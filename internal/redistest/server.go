package redistest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Server is a private Redis. Its methods may be called at once.
type Server struct {
	home        *home
	program     string
	args        []string                // before those that say where it listens
	listen      func(port int) []string // those
	password    string
	certificate *Certificate // nil without TLS
	secure      *tls.Config  // nil without TLS
	login       bool         // it has redistest's own user
	port        int
	numbers     numbers

	mu      sync.Mutex // held while it starts or stops
	process *process   // nil: it does not run
}

// Start starts a server. ErrMissing: Redis is not installed. ctx bounds the start only;
// Stop ends the server.
func Start(ctx context.Context, o Options) (*Server, error) {
	if m := o.ReplicaOf; m != nil && (m.secure != nil) != o.TLS {
		return nil, errors.New("Options.TLS is not as the server's that is followed")
	}
	s := &Server{password: o.Password, listen: o.listen, login: true}
	err := s.begin(ctx, o.Folder, func() (err error) {
		if o.TLS {
			if s.certificate, s.secure, err = certify(s.home); err != nil {
				return err
			}
		}
		text, err := o.config(s.certificate)
		if err != nil {
			return err
		}
		s.args, err = s.home.configure(text)
		return err
	})
	if err == nil && o.ReplicaOf != nil {
		err = following(ctx, s, o.ReplicaOf)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start Redis: %w", err), s.Stop())
	}
	return s, nil
}

// begin makes the home, with what prepare writes there, and starts the process.
func (s *Server) begin(ctx context.Context, folder string, prepare func() error) error {
	var err error
	if s.program, err = redisServer(); err != nil {
		return err
	}
	if s.home, err = newHome(folder); err != nil {
		return err
	}
	if err := prepare(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for range 5 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		// Another program may have taken the port meanwhile.
		if err = s.up(ctx); err == nil || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
	}
	return err
}

// up starts the process and waits until it answers, with all its data.
func (s *Server) up(ctx context.Context) error {
	before := len(s.Log())
	p, err := s.home.start("redis", s.home.command(s.program, append(s.args, s.listen(s.port)...)...))
	if err != nil {
		return err
	}
	if err := p.until(ctx, func(ctx context.Context) bool { return answers(ctx, s) }); err != nil {
		p.end(kill)
		return fmt.Errorf("%w; its log:\n%s", err, s.Log()[before:])
	}
	s.process = p
	return nil
}

// answers says whether a server does, with all its data.
func answers(ctx context.Context, s *Server) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := s.Exec(ctx, "PING")
	refused, is := errors.AsType[ReplyError](err)
	return err == nil || is && strings.HasPrefix(string(refused), "MASTERDOWN")
}

// down ends the process, if it runs, and waits for its end.
func (s *Server) down(how syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	err := s.process.end(how)
	s.process = nil
	return err
}

// Restart shuts the server down, if it runs, as an administrator does, and starts it at
// the same address with what it has on disk.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.down(syscall.SIGTERM); err != nil {
		return err
	}
	return s.up(ctx)
}

// Kill ends the server at once (SIGKILL). Restart starts it again.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down(kill)
}

// Stop ends the server and removes all that belongs to it.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.down(kill)
	if s.home != nil {
		err = errors.Join(err, s.home.end())
	}
	return err
}

// Freeze stops the server where it is (SIGSTOP): connections stay, new ones are made,
// and nothing is answered. Thaw ends it.
func (s *Server) Freeze() error { return s.signal(freeze) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() error { return s.signal(thaw) }

func (s *Server) signal(how syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return errors.New("the server does not run")
	}
	return s.process.signal(how)
}

// Ended says whether the server ended by itself. Restart starts it again.
func (s *Server) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil && s.process.ended()
}

func (s *Server) runs() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process != nil && !s.process.ended()
}

// PID is the server's process; 0: it does not run.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.pid()
}

// Addr is where it listens, "127.0.0.1:…".
func (s *Server) Addr() string { return loopback(s.port) }

// URL is the address of a database, for the default user.
func (s *Server) URL(db int) string { return s.urlBy(s.Addr(), db) }

// urlBy is that by another way to it.
func (s *Server) urlBy(address string, db int) string {
	u := url.URL{Scheme: "redis", Host: address, Path: fmt.Sprintf("/%d", db)}
	if s.secure != nil {
		u.Scheme = "rediss"
	}
	if s.password != "" {
		u.User = url.UserPassword("", s.password)
	}
	return u.String()
}

// TLS is what a client of a server with TLS needs, with a certificate of its own. It is
// nil without TLS.
func (s *Server) TLS() *tls.Config { return s.secure.Clone() }

// Certificate is the same in files. It is nil without TLS.
func (s *Server) Certificate() *Certificate { return s.certificate }

// Log is what the server has logged until now.
func (s *Server) Log() string {
	if s.home == nil {
		return ""
	}
	log, _ := os.ReadFile(s.home.path("redis.log"))
	return string(log)
}
