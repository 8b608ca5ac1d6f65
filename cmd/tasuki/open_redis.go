package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// A redisServer is the address of a Redis, which Sidekiq may use too.
type redisServer string

func (address redisServer) open(ctx context.Context, _ bool) (*openStore, error) {
	return address.openWith(ctx, slog.New(grave{slog.Default().Handler()}))
}

// grave is a log without warnings about the server's settings: workers say those at their
// start, and migrate.
type grave struct{ slog.Handler }

func (grave) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (address redisServer) openWith(ctx context.Context, log *slog.Logger) (*openStore, error) {
	st, err := redis.Open(ctx, string(address), redis.Options{Logger: log})
	switch {
	case errors.Is(err, store.ErrInvalid):
		return nil, failed("opening the store", err) // the address is
	case err != nil:
		return nil, unavailable(err)
	}
	return &openStore{Store: st, close: st.Close}, nil
}

// migrate looks whether the server can hold jobs. There is no schema.
func (address redisServer) migrate(ctx context.Context, _ bool) ([]step, error) {
	st, err := address.openWith(ctx, slog.Default())
	if err != nil {
		return nil, err
	}
	return nil, st.close()
}
