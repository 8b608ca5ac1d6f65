package postgres

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// A machine is a network namespace with one link to this one.
type machine struct {
	t           *testing.T
	name        string // of the namespace and of this side's device
	here, there string // addresses
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	_, err := exec.LookPath("ip")
	if err != nil || os.Getuid() != 0 {
		missing := t.Skipf
		if os.Getenv("TASUKI_TEST_ALL") != "" {
			missing = t.Fatalf
		}
		missing("needs ip, as root: not here")
	}
	m := &machine{t, fmt.Sprintf("tsg%d", os.Getpid()), "198.18.78.1", "198.18.78.2"} // addresses for tests, RFC 2544
	m.ip("netns", "add", m.name)
	t.Cleanup(func() { m.ip("netns", "del", m.name) })
	m.ip("link", "add", m.name, "type", "veth", "peer", "name", "up0", "netns", m.name)
	m.ip("addr", "add", m.here+"/30", "dev", m.name)
	m.ip("link", "set", m.name, "up")
	m.ip("-n", m.name, "addr", "add", m.there+"/30", "dev", "up0")
	m.link("up")
	return m
}

func (m *machine) ip(args ...string) {
	m.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		m.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// link takes the link up or down. Nobody is told: what is sent is lost.
func (m *machine) link(to string) { m.ip("-n", m.name, "link", "set", "up0", to) }

// dial is one that opens its connections from the machine.
func (m *machine) dial(by pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		dialled := make(chan struct{})
		go func() {
			defer close(dialled)
			runtime.LockOSThread() // for good: the thread ends with the goroutine
			var space *os.File
			if space, err = os.Open("/run/netns/" + m.name); err != nil {
				return
			}
			defer space.Close()
			if err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err == nil {
				conn, err = by(ctx, network, address)
			}
		}()
		<-dialled
		return conn, err
	}
}

// open opens a store as from that machine.
func (m *machine) open(dsn string) *Store {
	m.t.Helper()
	o, err := Options{}.filled()
	if err != nil {
		m.t.Fatal(err)
	}
	config, err := pgxpool.ParseConfig(strings.Replace(dsn, "127.0.0.1", m.here, 1))
	if err != nil {
		m.t.Fatal(err)
	}
	o.configure(config, false)
	config.ConnConfig.DialFunc = m.dial(config.ConnConfig.DialFunc)
	p, err := o.pools(m.t.Context(), config)
	if err != nil {
		m.t.Fatal(err)
	}
	s, err := open(m.t.Context(), p, o)
	if err != nil {
		m.t.Fatal(err)
	}
	s.owned = true
	m.t.Cleanup(func() { s.Close() })
	return s
}

// TestAMachineWhoseLinkIsGoneIsNoticedByBothSides, in the middle of a Commit, though no
// context and no limit of the transaction ends the wait: the worker's side gets an error,
// the server's frees the job's row. Once the link is back all goes on.
func TestAMachineWhoseLinkIsGoneIsNoticedByBothSides(t *testing.T) {
	const soon, late = 5 * time.Second, 25 * time.Second // about ten are promised; an idle transaction has a minute
	m := newMachine(t)
	server := pgtest.Own(t, pgtest.Options{
		Settings: map[string]string{"listen_addresses": "127.0.0.1," + m.here},
		Access:   []string{"host all all " + m.there + "/32 trust"},
	})
	s := m.open(server.DSN("postgres"))
	g := &ground{dsn: server.DSN("postgres"), schema: DefaultSchema}
	g.exec(t, "CREATE TABLE tasuki.effects (item text)")
	h := handlerOn(t, ways[0], s, g)
	h.h.Take(point(`1`))
	ctx, cancel := context.WithTimeout(t.Context(), 2*late)
	defer cancel()
	admin := connect(t, g.dsn)
	var cut time.Time
	freed := make(chan time.Duration, 1)
	err := h.commit(h.ctx, func(tx utx) error {
		if err := h.effect(tx); err != nil {
			return err
		}
		m.link("down")
		cut = time.Now()
		go func() {
			for loop.Rest(ctx, 20*time.Millisecond) {
				if _, err := admin.Exec(ctx, "SELECT FROM tasuki.jobs WHERE id = 'job' FOR UPDATE NOWAIT"); err == nil {
					break
				}
			}
			freed <- time.Since(cut)
		}()
		return tx.exec(ctx, "SELECT")
	})
	noticed, free := time.Since(cut), <-freed
	t.Logf("the worker's side noticed it after %v, the server's after %v", noticed, free)
	if err == nil || noticed < soon || noticed > late {
		t.Errorf("the worker's side noticed it after %v: %v", noticed, err)
	}
	if free < soon || free > late {
		t.Errorf("the server freed the row after %v", free)
	}
	m.link("up")
	h.wantEffects(t, 0, "")
	if err := h.commit(h.ctx, h.effect); err != nil {
		t.Error(err)
	}
	h.wantEffects(t, 1, "1")
}
