package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store/postgres"
)

// ours is tasuki on PostgreSQL, with default settings.
type ours struct {
	contestant.Tasuki
	path string
}

func openOurs(ctx context.Context, s harness.Setup) (harness.System, error) {
	if s.Statements == nil {
		st, err := postgres.Open(ctx, s.Path, postgres.Options{})
		if err != nil {
			return nil, err
		}
		return &ours{contestant.Tasuki{Store: st, Shut: st.Close}, s.Path}, nil
	}
	pool, err := openPool(ctx, s, postgres.DefaultMaxConns)
	if err != nil {
		return nil, err
	}
	st, err := postgres.New(ctx, pool, postgres.Options{})
	if err != nil {
		pool.Close()
		return nil, err
	}
	shut := func() error {
		defer pool.Close()
		return st.Close()
	}
	return &ours{contestant.Tasuki{Store: st, Shut: shut}, s.Path}, nil
}

// Hold opens a transaction beside everything.
func (o *ours) Hold(ctx context.Context) (func() error, error) { return hold(ctx, o.path) }

// hold opens a transaction that sees what there is now.
func hold(ctx context.Context, path string) (release func() error, err error) {
	conn, err := pgx.Connect(ctx, path)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err == nil {
		_, err = tx.Exec(ctx, "SELECT FROM pg_class LIMIT 1")
	}
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return func() error { return conn.Close(ctx) }, nil
}
