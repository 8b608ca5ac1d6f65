package redis_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// says asserts that an error says these words and ends in exactly one hint.
func says(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", words)
		return
	}
	for _, w := range append(words, "(hint: ") {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Count(err.Error(), "(hint: ") != 1 {
		t.Errorf("error %q has not exactly one hint", err)
	}
}

// closed asserts that no store opens at an address, and that the error says these words.
func closed(t testing.TB, address string, words ...string) error {
	t.Helper()
	s, err := redis.Open(t.Context(), address, redis.Options{})
	if err == nil {
		s.Close()
	}
	says(t, err, words...)
	return err
}

// opened is a store for one test.
func opened(t testing.TB, address string, o redis.Options) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A journal is what a logger wrote.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// count is in how many lines a text is.
func (j *journal) count(text string) int { return strings.Count(j.String(), text) }

// as is the address of a server for one of its users.
func as(s *redistest.Server, user string) string {
	return "redis://" + user + "@" + s.Addr() + "/3"
}

// theRights are those that the store's own hints name.
const theRights = "~* &* +@all -@dangerous +info"

// commandsOfScripts are those that are called by their names in them.
func commandsOfScripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("scripts/*.lua")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	all := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range regexp.MustCompile(`redis\.p?call\('([A-Z]+)'`).FindAllSubmatch(text, -1) {
			all[string(call[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func TestEveryCommandThatAUserMayNotRunIsNamedAtTheStartWithItsRule(t *testing.T) {
	s := redistest.Own(t, redistest.Options{})
	// Those that scripts are given as words, and those that are run without a script.
	commands := append(commandsOfScripts(t), "UNLINK", "HSETNX", "SMEMBERS", "ZREM", "ZCOUNT", "LINDEX", "GET", "EVALSHA", "INFO", "SELECT")
	for _, c := range commands {
		rule := strings.ToLower(c)
		if _, err := s.Exec(t.Context(), "ACL", "SETUSER", "less", "reset", "on", ">pw", "~*", "&*", "+@all", "-"+rule); err != nil {
			t.Fatal(err)
		}
		closed(t, as(s, "less:pw"), "ACL SETUSER", " +"+rule)
	}
}

func TestEveryKeyThatAUserMayNotUseIsNamedAtTheStartWithItsRule(t *testing.T) {
	s := redistest.Own(t, redistest.Options{})
	patterns := []string{"queue:*", "queues", "paused", "schedule", "retry", "dead", "processes", "stat:*", "it-*", "tasuki:*", "*:*:*"}
	user := func(patterns []string) string {
		words := []any{"ACL", "SETUSER", "less", "reset", "on", ">pw", "&*", "+@all"}
		for _, p := range patterns {
			words = append(words, "~"+p)
		}
		if _, err := s.Exec(t.Context(), words...); err != nil {
			t.Fatal(err)
		}
		return as(s, "less:pw")
	}
	for i, p := range patterns {
		closed(t, user(slices.Delete(slices.Clone(patterns), i, i+1)), "ACL SETUSER less", " ~"+p+")")
	}
	opened(t, user(patterns), redis.Options{})
	closed(t, user(nil), "ACL SETUSER less "+theRights)
}

// TestARightThatIsTakenAwayAtWorkIsNamedAndTheWorkGoesOnWhenItIsBack.
func TestARightThatIsTakenAwayAtWorkIsNamedAndTheWorkGoesOnWhenItIsBack(t *testing.T) {
	s := redistest.Own(t, redistest.Options{Users: []string{"worker on >pw ~* &* +@all"}})
	st := opened(t, as(s, "worker:pw"), redis.Options{})
	byhand.Beat(t, st, "w", 1)
	byhand.Add(t, st, 3)
	held := byhand.Claim(t, st, "w", 3)
	outcomes := byhand.Outcomes(held, store.Fail)
	for i := range outcomes {
		outcomes[i].Delay = time.Hour
	}
	set := func(rule string) {
		if _, err := s.Exec(t.Context(), "ACL", "SETUSER", "worker", rule); err != nil {
			t.Fatal(err)
		}
	}
	settle := func() (store.SettleReply, error) {
		return st.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes})
	}
	set("-evalsha")
	_, err := settle()
	says(t, err, "settle: ", "+evalsha")
	set("+evalsha")
	set("-zadd")
	if reply, err := settle(); err == nil && slices.ContainsFunc(reply.Results, func(r store.Result) bool { return r.What == store.Applied }) {
		t.Errorf("settled %+v", reply)
	}
	set("+zadd")
	outcomes[0].Why = "because" // as it is sent again
	if _, err := settle(); err != nil {
		t.Error(err)
	}
	stats, err := st.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, q := range stats.Queues {
		n += q.Counts[store.Retry] + q.Counts[store.Running]
	}
	if n != 3 {
		t.Errorf("of 3 jobs %d are there: %+v", n, stats)
	}
}

func TestAWrongPasswordIsNamed(t *testing.T) {
	s := redistest.Own(t, redistest.Options{Password: "right"})
	for user, words := range map[string][]string{"": {"NOAUTH", "needs a password"}, ":wrong@": {"WRONGPASS", "password"}, "nobody:right@": {"WRONGPASS", "user"}} {
		if err := closed(t, "redis://"+user+s.Addr(), words...); strings.Contains(fmt.Sprint(err), "right@") {
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestAUserAndADatabaseOfAnAddressAreThoseThatAreUsed(t *testing.T) {
	s := redistest.Own(t, redistest.Options{Users: []string{"worker on >s%cret/# ~* &* +@all"}})
	st := opened(t, "redis://worker:s%25cret%2F%23@"+s.Addr()+"/7", redis.Options{})
	byhand.Add(t, st, 1)
	for db, want := range map[int]int64{0: 0, 7: 1} {
		if n := redistest.Ask[int64](t, &redistest.DB{Server: s, Number: db}, "LLEN", "queue:default"); n != want {
			t.Errorf("database %d has %d jobs, want %d", db, n, want)
		}
	}
	if list := redistest.Ask[string](t, &redistest.DB{Server: s}, "CLIENT", "LIST"); !strings.Contains(list, "user=worker") {
		t.Errorf("no client is the user:\n%s", list)
	}
}

// stranger is an authority that signed nothing, in a file.
func stranger(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stranger"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "stranger.crt")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAServerWithTLSIsTrustedByTheAuthorityOfTheAddressAlone(t *testing.T) {
	s := redistest.Own(t, redistest.Options{TLS: true, Password: "secret"})
	c := s.Certificate()
	byhand.Add(t, opened(t, s.URL(0)+"?ca="+c.CA, redis.Options{}), 1)
	byhand.Add(t, opened(t, s.URL(0)+"?skip_verify=true", redis.Options{}), 1)
	t.Setenv("SSL_CERT_FILE", filepath.Join(t.TempDir(), "none")) // nothing of the system
	closed(t, s.URL(0), "authority", "?ca=file")
	closed(t, s.URL(0)+"?ca="+stranger(t), "authority", "?ca=file")
	closed(t, s.URL(0)+"?ca=/nowhere", "ca: ", "PEM")
	closed(t, s.URL(0)+"?ca="+c.Key, "ca: there is no certificate in", "PEM")
	closed(t, "redis://:secret@"+s.Addr()+"?ca="+c.CA, "ca is for TLS", "rediss://")
}

func TestACertificateIsShownToAServerThatWantsOne(t *testing.T) {
	s := redistest.Own(t, redistest.Options{TLS: true, ClientCertificate: true})
	c := s.Certificate()
	byhand.Add(t, opened(t, s.URL(0)+"?ca="+c.CA+"&cert="+c.Cert+"&key="+c.Key, redis.Options{}), 1)
	closed(t, s.URL(0)+"?ca="+c.CA, "?cert=file&key=file")
	closed(t, s.URL(0)+"?ca="+c.CA+"&cert="+c.Cert, "cert and key: ")
}

func TestARedisClusterIsRefused(t *testing.T) {
	s := redistest.Own(t, redistest.Options{Config: []string{"cluster-enabled yes"}})
	if err := closed(t, s.URL(0), "Redis Cluster"); !errors.Is(err, store.ErrUnsupported) {
		t.Errorf("error %v, want ErrUnsupported", err)
	}
}

// TestAReplicaAsTheOnlyAddressIsRefused, also one that knows its master no more.
func TestAReplicaAsTheOnlyAddressIsRefused(t *testing.T) {
	master := redistest.Own(t, redistest.Options{})
	replica := redistest.Own(t, redistest.Options{ReplicaOf: master, Config: []string{"replica-serve-stale-data no"}})
	if err := closed(t, replica.URL(0), "is a replica", "the master, or to Sentinel"); !errors.Is(err, store.ErrUnsupported) {
		t.Errorf("error %v, want ErrUnsupported", err)
	}
	if err := master.Kill(); err != nil {
		t.Fatal(err)
	}
	closed(t, replica.URL(0), "replica", "the master, or to Sentinel")
}

func TestASentinelAsTheAddressIsRefused(t *testing.T) {
	of := redistest.OwnSentinels(t, redistest.SentinelOptions{})
	closed(t, "redis://"+of.Addrs()[0], "this is a Sentinel", "?master_set=name")
}

// pretender is a server that says it is a Redis of some version, and no more. Before
// version 6 there was no HELLO.
func pretender(t *testing.T, version string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); pretend(c, version) })
		}
	})
	return "redis://" + l.Addr().String()
}

func pretend(c net.Conn, version string) {
	in := bufio.NewReader(c)
	for {
		var n, size int
		if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
			return
		}
		words := make([]string, n)
		for i := range words {
			if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil {
				return
			}
			text := make([]byte, size+2)
			for read := 0; read < len(text); {
				k, err := in.Read(text[read:])
				if err != nil {
					return
				}
				read += k
			}
			words[i] = string(text[:size])
		}
		switch info := "# Server\r\nredis_version:" + version + "\r\nredis_mode:standalone\r\nrole:master\r\n"; {
		case words[0] == "INFO":
			fmt.Fprintf(c, "$%d\r\n%s\r\n", len(info), info)
		case words[0] == "HELLO" && version >= "6":
			fmt.Fprintf(c, "%%2\r\n+version\r\n+%s\r\n+proto\r\n:3\r\n", version)
		case words[0] == "CLIENT", words[0] == "PING":
			fmt.Fprint(c, "+OK\r\n")
		default:
			fmt.Fprintf(c, "-ERR unknown command `%s`, with args beginning with: \r\n", words[0])
		}
	}
}

func TestARedisOlderThan62IsRefused(t *testing.T) {
	for _, version := range []string{"3.2.12", "5.0.14", "6.0.16"} {
		if err := closed(t, pretender(t, version), "version "+version+" is too old", "6.2 or newer"); !errors.Is(err, store.ErrUnsupported) {
			t.Errorf("error %v, want ErrUnsupported", err)
		}
	}
}

func TestAPolicyThatEvictsIsWarnedOfAtTheStart(t *testing.T) {
	for policy, want := range map[string]int{"allkeys-lru": 1, "volatile-ttl": 1, "noeviction": 0} {
		s, log := redistest.Own(t, redistest.Options{Policy: policy, MaxMemory: "100mb"}), &journal{}
		opened(t, s.URL(0), redis.Options{Logger: log.logger()})
		if n := log.count("maxmemory-policy=" + policy); n != want || want == 1 && !strings.Contains(log.String(), "noeviction") {
			t.Errorf("%s: %d warnings, want %d:\n%s", policy, n, want, log)
		}
	}
}

func TestAServerWithoutRoomForAClientIsNamed(t *testing.T) {
	s := redistest.Own(t, redistest.Options{Config: []string{"maxclients 1"}})
	c, err := (&redistest.DB{Server: s}).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	closed(t, s.URL(0), "maxclients")
}

func TestAParameterThatDoesNotExistIsNamed(t *testing.T) {
	if err := closed(t, redistest.Shared(t).URL(0)+"?master-set=x", "master-set", "master_set"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
}

// TestAServerThatReadsItsDataIsWaitedFor, and no longer than the context lets it.
func TestAServerThatReadsItsDataIsWaitedFor(t *testing.T) {
	s := redistest.Own(t, redistest.Options{AOF: "everysec", Config: []string{"aof-use-rdb-preamble yes", "key-load-delay 400", "loading-process-events-interval-bytes 1024"}})
	if _, err := s.Exec(t.Context(), "DEBUG", "POPULATE", 5000, "k", 20); err != nil {
		if _, err := s.Exec(t.Context(), "EVAL", "for i=1,5000 do redis.call('SET','k'..i,'aaaaaaaaaaaaaaaaaaaa') end", 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Exec(t.Context(), "BGREWRITEAOF"); err != nil {
		t.Fatal(err)
	}
	byhand.Eventually(t, "is its file written anew", func() bool {
		info, err := s.Exec(t.Context(), "INFO", "persistence")
		return err == nil && strings.Contains(fmt.Sprint(info), "aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0")
	})
	up := make(chan error, 1)
	go func() { up <- s.Restart(t.Context()) }()
	log := &journal{}
	var err error
	byhand.Eventually(t, "does it read its data", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err = redis.Open(ctx, s.URL(0), redis.Options{Logger: log.logger()})
		return err != nil && strings.Contains(err.Error(), "reads its data")
	})
	says(t, err, "still reads its data")
	*log = journal{}
	byhand.Add(t, opened(t, s.URL(0), redis.Options{Logger: log.logger()}), 1)
	if log.count("waiting for redis") != 1 {
		t.Errorf("it says it not once:\n%s", log)
	}
	if err := <-up; err != nil {
		t.Fatal(err)
	}
}
