package redis

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// parameters are what may stand behind the question mark of an address.
var parameters = []string{"db", "master_set", "addr", "sentinel_user", "sentinel_password", "ca", "cert", "key", "skip_verify", "dial_timeout", "write_timeout"}

// option is what an address says. What is wrong with one is said without its text, which
// may hold a password.
func option(address string) (rueidis.ClientOption, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return rueidis.ClientOption{}, badAddress(errors.New("it is no URL"), "redis://user:password@host:6379/0; other characters than letters and digits in a password are written %40 and so on")
	case u.Opaque != "":
		return rueidis.ClientOption{}, badAddress(fmt.Errorf("behind %s: two slashes are missing", u.Scheme), "redis://user:password@host:6379/0")
	}
	o, err := rueidis.ParseURL(address)
	if err != nil {
		return o, badAddress(errors.New(strings.TrimPrefix(err.Error(), "redis: ")), "redis://user:password@host:6379/0, rediss:// for TLS, unix:///path?db=0 for a socket")
	}
	q := u.Query()
	for name := range q {
		if !slices.Contains(parameters, name) {
			return o, badAddress(fmt.Errorf("there is no parameter %.40q", name), "those that there are: "+strings.Join(parameters, ", "))
		}
	}
	if err := certify(o.TLSConfig, q); err != nil {
		return o, err
	}
	// Sentinels have users of their own. They speak TLS if the servers do, which each have
	// a name of their own.
	if o.TLSConfig != nil && o.Sentinel.MasterSet != "" {
		o.TLSConfig.ServerName = ""
	}
	o.Sentinel.Username, o.Sentinel.Password = q.Get("sentinel_user"), q.Get("sentinel_password")
	o.Sentinel.Dialer = o.Dialer
	if o.TLSConfig != nil {
		o.Sentinel.TLSConfig = o.TLSConfig.Clone()
	}
	return o, nil
}

func badAddress(what error, hint string) error {
	return fmt.Errorf("redis address: %w: %w (hint: %s)", store.ErrInvalid, what, hint)
}
