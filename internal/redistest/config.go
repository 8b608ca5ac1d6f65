package redistest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// ErrMissing says that what a test needs is not installed.
var ErrMissing = errors.New("not installed")

// Options of a server. The zero value works.
type Options struct {
	// AOF is "everysec" or "always", for a server that keeps its data over Restart
	// and Kill. Default: nothing is written to disk, and both begin empty.
	AOF string
	// MaxMemory is a limit as Redis spells it ("32mb"). Default: none.
	MaxMemory string
	// Policy is what happens at that limit ("allkeys-lru"). Default: noeviction.
	Policy string
	// Password is the default user's. Default: none is asked for.
	Password string
	// Users are lines of ACLs, as behind Redis' word user: "worker on >secret ~* +@all".
	// A user of redistest's own has all rights in every server.
	Users []string
	// TLS makes the server speak TLS alone.
	TLS bool
	// ClientCertificate lets in only who shows a certificate. It needs TLS.
	ClientCertificate bool
	// ReplicaOf is the server that this one follows. It has the same TLS.
	ReplicaOf *Server
	// Config are lines of redis.conf that win over those from here.
	Config []string
	// Folder is where the server's own folder is made, e.g. on a disk that can become
	// full. Default: the system's folder for temporary files.
	Folder string
}

// The user of Exec, and of replicas and sentinels, in all servers of a process.
const insider = "redistest"

var insiderPassword = rand.Text()

// databases is how many a server has.
const databases = 1000

// config is the server's file, less where it listens.
func (o *Options) config(c *Certificate) (string, error) {
	if o.ClientCertificate && !o.TLS {
		return "", errors.New("Options.ClientCertificate needs TLS")
	}
	lines := []string{
		"bind 127.0.0.1", "daemonize no", `save ""`, "dir ./",
		fmt.Sprintf("databases %d", databases),
		"repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
		fmt.Sprintf("user %s on >%s ~* &* +@all", insider, insiderPassword),
		"masteruser " + insider, "masterauth " + insiderPassword,
	}
	set := func(name, value string) {
		if value != "" {
			lines = append(lines, name+" "+value)
		}
	}
	if o.AOF != "" {
		set("appendonly", "yes")
		set("appendfsync", o.AOF)
	}
	set("maxmemory", o.MaxMemory)
	set("maxmemory-policy", o.Policy)
	if o.Password != "" {
		set("requirepass", strconv.Quote(o.Password))
	}
	for _, user := range o.Users {
		set("user", user)
	}
	if o.TLS {
		set("tls-cert-file", c.Cert)
		set("tls-key-file", c.Key)
		set("tls-ca-cert-file", c.CA)
		set("tls-replication", "yes")
		set("tls-auth-clients", map[bool]string{true: "yes", false: "no"}[o.ClientCertificate])
	}
	if o.ReplicaOf != nil {
		set("replicaof", fmt.Sprintf("127.0.0.1 %d", o.ReplicaOf.port))
	}
	return strings.Join(append(lines, o.Config...), "\n") + "\n", nil
}

// listen is what a server is told of its port.
func (o *Options) listen(port int) []string {
	if o.TLS {
		return []string{"--port", "0", "--tls-port", strconv.Itoa(port)}
	}
	return []string{"--port", strconv.Itoa(port)}
}

func redisServer() (string, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return "", fmt.Errorf("needs Redis: %w (hint: apt-get install redis-server)", ErrMissing)
	}
	return path, nil
}
