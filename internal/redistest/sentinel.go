package redistest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// MasterName is the name that sentinels know their master by.
const MasterName = "tasuki"

// SentinelOptions of a master with replicas and three sentinels. The zero value works.
type SentinelOptions struct {
	// Replicas of the master. Default: 1.
	Replicas int
	// Password of master and replicas, and of the sentinels. Default: none.
	Password, SentinelPassword string
	// DownAfter is how long a server has to be silent to be taken for down.
	// Default: 1 s.
	DownAfter time.Duration
	// AOF is as in Options, of master and replicas.
	AOF string
}

// Sentinels are three of them with what they watch over. A sentinel that is restarted is as
// slow as sentinels are: some looks are 10 s apart.
type Sentinels struct {
	Servers   []*Server // the first was the first master
	Sentinels []*Server
}

// StartSentinels starts all of them, and waits until they know each other.
func StartSentinels(ctx context.Context, o SentinelOptions) (*Sentinels, error) {
	s := &Sentinels{}
	if err := s.start(ctx, o); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// OwnSentinels starts them for one test. Where Redis is missing the test is skipped.
func OwnSentinels(tb testing.TB, o SentinelOptions) *Sentinels {
	tb.Helper()
	s, err := StartSentinels(tb.Context(), o)
	return owned(tb, s, err)
}

func (s *Sentinels) start(ctx context.Context, o SentinelOptions) error {
	server := Options{Password: o.Password, AOF: o.AOF}
	for range 1 + max(o.Replicas, 1) {
		one, err := Start(ctx, server)
		if err != nil {
			return err
		}
		s.Servers = append(s.Servers, one)
		server.ReplicaOf = s.Servers[0]
	}
	for range 3 {
		one, err := startSentinel(ctx, s.Servers[0], o)
		if err != nil {
			return err
		}
		s.Sentinels = append(s.Sentinels, one)
	}
	err := s.until(ctx, time.Second, s.acquainted)
	if err != nil {
		return fmt.Errorf("sentinels get to know each other: %w", err)
	}
	return nil
}

// startSentinel starts one that looks often.
func startSentinel(ctx context.Context, master *Server, o SentinelOptions) (*Server, error) {
	down := o.DownAfter
	if down == 0 {
		down = time.Second
	}
	lines := []string{
		"bind 127.0.0.1", "daemonize no", "dir ./",
		fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 2", MasterName, master.port),
		fmt.Sprintf("sentinel down-after-milliseconds %s %d", MasterName, down.Milliseconds()),
		fmt.Sprintf("sentinel failover-timeout %s 2000", MasterName),
		fmt.Sprintf("sentinel auth-user %s %s", MasterName, insider),
		fmt.Sprintf("sentinel auth-pass %s %s", MasterName, insiderPassword),
		fmt.Sprintf("user %s on >%s ~* &* +@all", insider, insiderPassword),
		"sentinel sentinel-user " + insider, "sentinel sentinel-pass " + insiderPassword,
	}
	if o.SentinelPassword != "" {
		lines = append(lines, "requirepass "+strconv.Quote(o.SentinelPassword))
	}
	s := &Server{password: o.SentinelPassword, listen: (&Options{}).listen, login: true}
	err := s.begin(ctx, "", func() (err error) {
		s.args, err = s.home.configure(strings.Join(lines, "\n")+"\n", "--sentinel")
		return err
	})
	if err == nil {
		// A replica counts as long as it was heard of within five times ping-period, and once
		// the master is down they are asked every second.
		_, err = s.Exec(ctx, "SENTINEL", "DEBUG", "info-period", 200, "ping-period", 300, "ask-period", 100,
			"publish-period", 200, "election-timeout", 1000, "min-link-reconnect-period", 200)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a sentinel: %w", err), s.Stop())
	}
	return s, nil
}

// Addrs are where the sentinels listen.
func (s *Sentinels) Addrs() []string {
	addrs := make([]string, len(s.Sentinels))
	for i, one := range s.Sentinels {
		addrs[i] = one.Addr()
	}
	return addrs
}

// Master is who is the master: it waits until all sentinels that run say so, and that
// server itself.
func (s *Sentinels) Master(ctx context.Context) (*Server, error) {
	var master *Server
	err := s.until(ctx, time.Second, func(ctx context.Context) (err error) {
		master, err = s.master(ctx)
		return err
	})
	return master, err
}

// Failover has the sentinels make a replica the master, and waits until all follow it,
// whom it answers. A master that does not run is failed over without being asked: then
// wait for After.
func (s *Sentinels) Failover(ctx context.Context) (*Server, error) {
	old, err := s.Master(ctx)
	if err != nil {
		return nil, err
	}
	var master *Server
	// Sentinels give up a failover that takes long, and say it in their logs only.
	err = s.until(ctx, 10*time.Second, func(ctx context.Context) error {
		if now, err := s.master(ctx); err != nil {
			return err
		} else if now == old {
			if err := s.ask(ctx, old); err != nil {
				return err
			}
		}
		master, err = s.After(ctx, old)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("failover: %w", err)
	}
	return master, nil
}

// ask asks for a failover, once nobody is still busy with the one before.
func (s *Sentinels) ask(ctx context.Context, master *Server) error {
	if err := s.followed(ctx, master); err != nil {
		return err
	}
	_, err := s.Sentinels[0].Exec(ctx, "SENTINEL", "FAILOVER", MasterName)
	return err
}

// After waits until another than old is the master, with all servers that run following
// it, and answers it.
func (s *Sentinels) After(ctx context.Context, old *Server) (*Server, error) {
	var master *Server
	err := s.until(ctx, time.Second, func(ctx context.Context) (err error) {
		if master, err = s.master(ctx); err != nil {
			return err
		}
		if master == old {
			return errors.New("the old master is still the master")
		}
		return s.followed(ctx, master)
	})
	return master, err
}

// Stop ends all of them.
func (s *Sentinels) Stop() error {
	var errs []error
	for _, one := range slices.Concat(s.Sentinels, s.Servers) {
		errs = append(errs, one.Stop())
	}
	return errors.Join(errs...)
}
