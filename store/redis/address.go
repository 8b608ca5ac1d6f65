package redis

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// option is what an address says. What is wrong with one is said without its text, which
// may hold a password.
func option(address string) (rueidis.ClientOption, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return rueidis.ClientOption{}, badAddress(errors.New("it is no URL"), "redis://user:password@host:6379/0; other characters than letters and digits in a password are written %40 and so on")
	case u.Opaque != "":
		return rueidis.ClientOption{}, badAddress(fmt.Errorf("two slashes are missing behind %s:", u.Scheme), "redis://user:password@host:6379/0")
	}
	o, err := rueidis.ParseURL(address)
	if err != nil {
		return o, badAddress(errors.New(strings.TrimPrefix(err.Error(), "redis: ")), "redis://user:password@host:6379/0, rediss:// for TLS, unix:///path?db=0 for a socket")
	}
	// Sentinels have users of their own. They speak TLS if the servers do.
	q := u.Query()
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
