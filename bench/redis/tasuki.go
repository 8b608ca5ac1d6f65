package main

import (
	"context"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// ours is tasuki on Redis, with default settings.
type ours struct {
	contestant.Tasuki
	stop func()
}

func openOurs(ctx context.Context, s harness.Setup) (harness.System, error) {
	st, err := redis.Open(ctx, s.Path, redis.Options{})
	if err != nil {
		return nil, err
	}
	stop, err := count(ctx, s)
	if err != nil {
		st.Close()
		return nil, err
	}
	return &ours{contestant.Tasuki{Store: st, Shut: st.Close}, stop}, nil
}

func (o *ours) Close() error {
	o.stop()
	return o.Tasuki.Close()
}
