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
	// What is wrong with the server's settings is said by workers, and by migrate.
	return address.openWith(ctx, slog.New(slog.DiscardHandler))
}

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
