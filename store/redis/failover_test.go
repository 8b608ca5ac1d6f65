package redis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// bySentinels is the address of a master that sentinels know.
func bySentinels(of *redistest.Sentinels) string {
	all := of.Addrs()
	return "redis://" + all[0] + "/0?" + url.Values{"master_set": {redistest.MasterName}, "addr": all[1:]}.Encode()
}

// calm waits until a replica has all that the master has, and what is said of it.
func calm(t *testing.T, master, replica *redistest.Server) {
	t.Helper()
	offset := func(s *redistest.Server, name string) string {
		info, err := s.Exec(t.Context(), "INFO", "replication")
		_, rest, _ := strings.Cut(fmt.Sprint(info), "\n"+name+":")
		n, _, _ := strings.Cut(rest, "\r")
		if err != nil {
			return err.Error()
		}
		return n
	}
	byhand.Eventually(t, "has the replica all", func() bool {
		return offset(master, "master_repl_offset") == offset(replica, "slave_repl_offset")
	})
}

// TestWorkersFollowSentinelsToANewMaster, whether the old one is asked to give way or is
// killed: a job that runs meanwhile is done once, and the waiting ones run once behind it.
func TestWorkersFollowSentinelsToANewMaster(t *testing.T) {
	for name, fail := range map[string]func(*testing.T, *redistest.Sentinels, *redistest.Server) *redistest.Server{
		"asked": func(t *testing.T, of *redistest.Sentinels, _ *redistest.Server) *redistest.Server {
			fresh, err := of.Failover(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return fresh
		},
		"killed": func(t *testing.T, of *redistest.Sentinels, old *redistest.Server) *redistest.Server {
			if err := old.Kill(); err != nil {
				t.Fatal(err)
			}
			return after(t, of, old)
		},
		"frozen": func(t *testing.T, of *redistest.Sentinels, old *redistest.Server) *redistest.Server {
			if err := old.Freeze(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { old.Thaw() })
			byhand.Eventually(t, "do the sentinels name another", func() bool {
				said, err := of.Sentinels[0].Exec(t.Context(), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", redistest.MasterName)
				return err == nil && !strings.Contains(fmt.Sprint(said), old.Addr()[len("127.0.0.1:"):])
			})
			return of.Servers[1]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := redistest.OwnSentinels(t, redistest.SentinelOptions{Replicas: 1, AOF: "everysec"})
			old := of.Servers[0]
			c := idle(t, bySentinels(of))
			c.begin(-1)
			calm(t, old, of.Servers[1])
			fresh := fail(t, of, old)
			if fresh == old {
				t.Fatal("there is no new master")
			}
			for n := range 50 {
				c.enqueue(n)
			}
			if doubled := c.ends(); doubled > 0 {
				t.Errorf("%d jobs ran more than once", doubled)
			}
			if n := redistest.Ask[string](t, &redistest.DB{Server: fresh}, "GET", "stat:processed"); n != "51" {
				t.Errorf("the new master counts %s jobs, want 51", n)
			}
			c.toldOnce(1, name == "asked")
		})
	}
}

func after(t *testing.T, of *redistest.Sentinels, old *redistest.Server) *redistest.Server {
	t.Helper()
	fresh, err := of.After(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// A lever is a way to one server or another: who is connected stays where he is.
type lever struct {
	address string
	wg      sync.WaitGroup

	mu sync.Mutex // owns what follows
	to string
}

func leverTo(t *testing.T, s *redistest.Server) *lever {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &lever{address: listener.Addr().String(), to: s.Addr()}
	l.wg.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			l.wg.Go(func() { l.serve(client) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		l.wg.Wait()
	})
	return l
}

// turn leads who comes from now on to another server.
func (l *lever) turn(s *redistest.Server) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = s.Addr()
}

func (l *lever) serve(client net.Conn) {
	defer client.Close()
	l.mu.Lock()
	to := l.to
	l.mu.Unlock()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		io.Copy(server, client)
		server.Close()
	})
	io.Copy(client, server)
	client.Close()
	wg.Wait()
}

// TestWorkersLeaveAMasterThatBecameAReplicaForWhoeverIsAtTheAddressNow: its connections
// stay, and answer READONLY.
func TestWorkersLeaveAMasterThatBecameAReplicaForWhoeverIsAtTheAddressNow(t *testing.T) {
	a := redistest.Own(t, redistest.Options{})
	b := redistest.Own(t, redistest.Options{ReplicaOf: a})
	way := leverTo(t, a)
	c := muster(t, "redis://"+way.address)
	c.begin(-1)
	c.more(50)
	host, port, err := net.SplitHostPort(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	// It waits until the replica has all, so that nothing is lost in between.
	if _, err := a.Exec(t.Context(), "FAILOVER", "TO", host, port, "TIMEOUT", 10000); err != nil {
		t.Fatal(err)
	}
	byhand.Eventually(t, "is it the master", func() bool {
		info, err := b.Exec(t.Context(), "INFO", "replication")
		return err == nil && strings.Contains(fmt.Sprint(info), "role:master")
	})
	byhand.Eventually(t, "do workers tell of a replica", func() bool { return c.log.count("READONLY") > 0 })
	_, told, _ := strings.Cut(c.log.String(), "READONLY")
	told, _, _ = strings.Cut(told, "\n")
	says(t, errors.New(told), "this is a replica")
	way.turn(b)
	c.more(50)
	if doubled := c.ends(); doubled > 0 {
		t.Errorf("%d jobs ran more than once", doubled)
	}
	c.toldOnce(1, false)
	if n := redistest.Ask[int64](t, &redistest.DB{Server: b}, "LLEN", "queue:default"); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

// TestAListenerFollowsToANewMaster: it hears of jobs there.
func TestAListenerFollowsToANewMaster(t *testing.T) {
	of := redistest.OwnSentinels(t, redistest.SentinelOptions{})
	s, woken := opened(t, bySentinels(of), redis.Options{}), make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, []string{store.DefaultQueue}, func() {
			select {
			case woken <- struct{}{}:
			default:
			}
		})
	}()
	<-woken
	fresh, err := of.Failover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	heard := func() bool {
		redistest.Ask[int64](t, &redistest.DB{Server: fresh}, "LPUSH", "queue:default", "{}")
		select {
		case <-woken:
			return true
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Second):
		}
		return false
	}
	byhand.Eventually(t, "does it hear", heard)
	for range 3 {
		rested(woken)
		if !heard() {
			t.Error("it did not hear of a job")
		}
	}
}

// rested waits until nothing was said for a moment.
func rested(woken <-chan struct{}) {
	for {
		select {
		case <-woken:
		case <-time.After(100 * time.Millisecond):
			return
		}
	}
}
