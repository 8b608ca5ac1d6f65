package redis

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// Open opens the store at an address: redis://user:password@host:6379/0, rediss:// for
// TLS, unix:///path?db=0 for a socket; with ?master_set=name&addr=host:26379 the host is a
// Sentinel, and so are those of addr, with &sentinel_user= and &sentinel_password= if they
// ask for them. With TLS ?ca=file names the authorities to trust, &cert=file&key=file this
// program's own certificate. What is wrong is said with what to do about it.
//
// The server must be Redis 6.2 or newer, or Valkey, and no Redis Cluster, in which
// Sidekiq's keys cannot live. While it reads its data Open waits, as long as ctx lets it.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	option, err := option(url)
	if err != nil {
		return nil, err
	}
	s := &Store{options: o, keys: keys(o.Prefix), began: time.Now(), server: serverClock{began: time.Now()}, user: cmp.Or(option.Username, "default")}
	s.held.init()
	s.mixed.init()
	// A command that is sent again because its answer did not come would be done twice.
	option.DisableRetry = true
	option.DisableCache = true
	option.ForceSingleClient = option.Sentinel.MasterSet == ""
	option.DialCtxFn = s.lines.dial
	option.ClientName = "tasuki"
	option.Sentinel.TopologyRefreshInterval = askSentinels
	option.Dialer.KeepAlive, option.Sentinel.Dialer.KeepAlive = askQuiet, askQuiet
	option.ConnWriteTimeout = cmp.Or(option.ConnWriteTimeout, silence)
	if s.client, err = rueidis.NewClient(option); err != nil {
		return nil, fmt.Errorf("connect to redis: %w", unreached(err, &option))
	}
	if err := s.inspect(ctx); err != nil {
		s.Close()
		return nil, err
	}
	s.look(ctx)
	return s, nil
}

// askSentinels is how often Sentinels are asked who the master is, should their word of a
// new one have been lost.
const askSentinels = 5 * time.Second

// A connection on which nothing was said for askQuiet is asked whether it is there still:
// beats come more often, so that it is mostly the listener's. One without an answer for
// silence is given up.
const (
	askQuiet = 5 * time.Second
	silence  = 10 * time.Second
)

// info is what the server says of itself.
func (s *Store) info(ctx context.Context) (map[string]string, error) {
	text, err := s.client.Do(ctx, s.client.B().Info().Build()).ToString()
	if err != nil {
		return nil, fmt.Errorf("connect to redis: %w", explained(err))
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		info[name] = value
	}
	return info, nil
}

// loadingPace is how far apart looks at a server are that reads its data.
const loadingPace = 100 * time.Millisecond

// loaded is what a server says of itself once it has its data.
func (s *Store) loaded(ctx context.Context) (map[string]string, error) {
	for told := false; ; told = true {
		info, err := s.info(ctx)
		if err != nil || info["loading"] != "1" {
			return info, err
		}
		if !told {
			s.options.Logger.Warn("waiting for redis, which reads its data", "done", info["loading_loaded_perc"]+" %")
		}
		if !loop.Rest(ctx, loadingPace) {
			return nil, fmt.Errorf("connect to redis: %w: it still reads its data (hint: %s)", context.Cause(ctx), hints["LOADING"])
		}
	}
}

// inspect says whether the server can hold the store.
func (s *Store) inspect(ctx context.Context) error {
	info, err := s.loaded(ctx)
	if err != nil {
		return err
	}
	switch {
	case info["redis_mode"] == "cluster":
		return fmt.Errorf("redis: %w: this is a Redis Cluster (hint: Sidekiq's keys cannot live in one; use a single server, with replicas and Sentinel)", store.ErrUnsupported)
	case info["redis_mode"] == "sentinel":
		return fmt.Errorf("redis: %w: this is a Sentinel (hint: add ?master_set=name to the address)", store.ErrInvalid)
	case info["role"] == "slave":
		return fmt.Errorf("redis: %w: this is a replica, which takes no jobs (hint: the address must lead to the master, or to Sentinel)", store.ErrUnsupported)
	case !newEnough(info["redis_version"]):
		return fmt.Errorf("redis: %w: version %s is too old (hint: 6.2 or newer)", store.ErrUnsupported, info["redis_version"])
	}
	if policy := info["maxmemory_policy"]; policy != "" && policy != "noeviction" {
		s.options.Logger.Warn("redis may throw jobs away when it is full", "maxmemory-policy", policy, "hint", "CONFIG SET maxmemory-policy noeviction")
	}
	if err := s.entitled(ctx); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	all, _ := s.wrong(ctx, s.shared())
	for _, k := range all {
		s.fits(k, false)
	}
	return nil
}

// newEnough says whether a version is 6.2 or later. What is none is let through.
func newEnough(version string) bool {
	part := strings.SplitN(version, ".", 3)
	if len(part) < 2 {
		return true
	}
	major, err1 := strconv.Atoi(part[0])
	minor, err2 := strconv.Atoi(part[1])
	return err1 != nil || err2 != nil || major > 6 || major == 6 && minor >= 2
}
