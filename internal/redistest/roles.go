package redistest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// until repeats what fails until it does not. A look takes so long at most.
func (s *Sentinels) until(ctx context.Context, long time.Duration, look func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		one, end := context.WithTimeout(ctx, long)
		err := look(one)
		end()
		if err == nil {
			return nil
		}
		if !loop.Sleep(ctx, 10*time.Millisecond) {
			return fmt.Errorf("%w, last: %w", context.Cause(ctx), err)
		}
	}
}

// acquainted fails unless each sentinel knows the two others and all replicas.
func (s *Sentinels) acquainted(ctx context.Context) error {
	for _, one := range s.Sentinels {
		for what, want := range map[string]int{"SENTINELS": len(s.Sentinels) - 1, "REPLICAS": len(s.Servers) - 1} {
			known, err := one.Exec(ctx, "SENTINEL", what, MasterName)
			if err != nil {
				return err
			}
			if list, _ := known.([]any); len(list) != want {
				return fmt.Errorf("%d of %d %s are known", len(list), want, what)
			}
		}
		if _, err := one.Exec(ctx, "SENTINEL", "CKQUORUM", MasterName); err != nil {
			return err
		}
	}
	return nil
}

// master is the server of which all sentinels that run, and itself, say that it is the
// master.
func (s *Sentinels) master(ctx context.Context) (*Server, error) {
	said := ""
	for _, one := range s.Sentinels {
		if !one.runs() {
			continue
		}
		answer, err := one.Exec(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", MasterName)
		if err != nil {
			return nil, err
		}
		list, _ := answer.([]any)
		addr := strings.Join(words(list), ":")
		if said != "" && said != addr {
			return nil, fmt.Errorf("sentinels differ: %s and %s", said, addr)
		}
		said = addr
	}
	for _, one := range s.Servers {
		if one.Addr() == said {
			return one, plays(ctx, one, "role:master")
		}
	}
	return nil, fmt.Errorf("%q is no server of these", said)
}

// followed fails unless all others that run follow a master.
func (s *Sentinels) followed(ctx context.Context, master *Server) error {
	for _, one := range s.Servers {
		if one == master || !one.runs() {
			continue
		}
		if err := follows(ctx, one, master); err != nil {
			return err
		}
		if err := s.told(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// told fails unless all sentinels that run know a replica for one: who still takes it for
// a master makes it a replica again while the next failover makes it the master.
func (s *Sentinels) told(ctx context.Context, replica *Server) error {
	for _, one := range s.Sentinels {
		if !one.runs() {
			continue
		}
		known, err := one.Exec(ctx, "SENTINEL", "REPLICAS", MasterName)
		if err != nil {
			return err
		}
		list, _ := known.([]any)
		for _, entry := range list {
			fields, _ := entry.([]any)
			of := words(fields)
			about := map[string]string{}
			for pair := range slices.Chunk(of, 2) {
				about[pair[0]] = pair[len(pair)-1]
			}
			if about["name"] == replica.Addr() && (about["flags"] != "slave" || about["role-reported"] != "slave") {
				return fmt.Errorf("a sentinel has %s for %s, %s", replica.Addr(), about["flags"], about["role-reported"])
			}
		}
	}
	return nil
}

// plays fails unless all is in what a server says of its replication.
func plays(ctx context.Context, s *Server, all ...string) error {
	info, err := replication(ctx, s)
	if err != nil {
		return err
	}
	for _, part := range all {
		if !strings.Contains(info, "\n"+part+"\r") {
			return fmt.Errorf("%s is not %s", s.Addr(), part)
		}
	}
	return nil
}

// follows fails unless a replica has what its master has at the call, and will get more.
// A replica whose link is up may have to wait for a second more until its master, to which
// it is not yet online, sends it anything.
func follows(ctx context.Context, replica, master *Server) error {
	from, err := replication(ctx, master)
	if err != nil {
		return err
	}
	online := regexp.MustCompile(fmt.Sprintf(`slave\d+:ip=127\.0\.0\.1,port=%d,state=online,`, replica.port))
	if !online.MatchString(from) {
		return fmt.Errorf("%s is not online to its master", replica.Addr())
	}
	to, err := replication(ctx, replica)
	if err != nil {
		return err
	}
	if has, all := offset(to, "slave_repl_offset"), offset(from, "master_repl_offset"); has < all {
		return fmt.Errorf("%s has %d of its master's %d bytes", replica.Addr(), has, all)
	}
	return plays(ctx, replica, "role:slave", fmt.Sprintf("master_port:%d", master.port), "master_link_status:up")
}

// following waits until a replica that is started has what its master has.
func following(ctx context.Context, replica, master *Server) error {
	var last error
	err := replica.process.until(ctx, func(ctx context.Context) bool {
		last = follows(ctx, replica, master)
		return last == nil
	})
	if err != nil {
		return fmt.Errorf("follow its master: %w: %w; its log:\n%s", err, last, replica.Log())
	}
	return nil
}

func replication(ctx context.Context, s *Server) (string, error) {
	info, err := s.Exec(ctx, "INFO", "replication")
	return fmt.Sprint(info), err
}

func offset(info, name string) int64 {
	_, rest, _ := strings.Cut(info, "\n"+name+":")
	line, _, _ := strings.Cut(rest, "\r")
	n, _ := strconv.ParseInt(line, 10, 64) // not there: it plays another role, and has nothing
	return n
}
