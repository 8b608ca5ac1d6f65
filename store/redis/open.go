package redis

import (
	"context"
	"fmt"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// Open opens the store at an address such as redis://user:password@host:6379/0, or
// rediss:// for TLS. The error says what is wrong and what to do about it.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	option, err := rueidis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis address: %w: %w (hint: redis://user:password@host:6379/0)", store.ErrInvalid, err)
	}
	// A command that is sent again because its answer did not come would be done twice.
	option.DisableRetry = true
	option.DisableCache = true
	option.ForceSingleClient = true
	client, err := rueidis.NewClient(option)
	if err != nil {
		return nil, fmt.Errorf("connect to redis: %w", explained(err))
	}
	s := &Store{client: client, options: o, keys: keys(o.Prefix)}
	s.held.init()
	s.mixed.init()
	return s, nil
}
