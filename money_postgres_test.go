package tasuki_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// The workers are on a machine of their own, a network namespace, whose link to the
// server is cut now and then.
func TestMoneyOnPostgresIsMovedExactlyOnceWhateverHappensToWorkersAndLinks(t *testing.T) {
	t.Parallel()
	l := wireToNowhere(t)
	server := pgtest.Own(t, pgtest.Options{
		Settings: map[string]string{"listen_addresses": "127.0.0.1," + l.here},
		Access:   []string{"host all all " + l.there + "/32 trust"},
	})
	dsn := server.DSN(server.Database(t))
	robbery{
		st: yardAt(t, dsn), address: strings.Replace(dsn, "127.0.0.1", l.here, 1),
		wrapper: []string{"ip", "netns", "exec", l.name}, strikes: 10, cut: l.cut, again: itemsOfAMoving,
	}.run(t)
}

// A wire joins this machine with a network namespace.
type wire struct {
	t           *testing.T
	name        string // of the namespace and of this side's device
	here, there string // addresses
}

func wireToNowhere(t *testing.T) *wire {
	t.Helper()
	_, err := exec.LookPath("ip")
	needs(t, err == nil && os.Getuid() == 0, "ip, as root")
	l := &wire{t, fmt.Sprintf("tsk%d", os.Getpid()), "198.18.77.1", "198.18.77.2"} // addresses for tests, RFC 2544
	l.ip("netns", "add", l.name)
	t.Cleanup(func() { l.ip("netns", "del", l.name) })
	l.ip("link", "add", l.name, "type", "veth", "peer", "name", "up0", "netns", l.name)
	l.ip("addr", "add", l.here+"/30", "dev", l.name)
	l.ip("link", "set", l.name, "up")
	l.ip("-n", l.name, "addr", "add", l.there+"/30", "dev", "up0")
	l.ip("-n", l.name, "link", "set", "up0", "up")
	l.ip("-n", l.name, "link", "set", "lo", "up")
	return l
}

func (l *wire) ip(args ...string) {
	l.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		l.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// cut takes the link down for a while. Nobody is told: what is sent is lost.
func (l *wire) cut(d time.Duration) {
	l.ip("-n", l.name, "link", "set", "up0", "down")
	<-time.After(d)
	l.ip("-n", l.name, "link", "set", "up0", "up")
}
