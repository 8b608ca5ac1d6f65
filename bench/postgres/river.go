package main

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// peerRiver is River on its pgx driver.
type peerRiver struct {
	contestant.River[pgx.Tx]
	path string
	pool *pgxpool.Pool
}

// riverConns is how many connections River's pool has: more than pgx's default of 4 on
// a small machine, as many as insert10 has goroutines.
const riverConns = 10

func openRiver(choice contestant.RiverChoice) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		pool, err := openPool(ctx, s, riverConns)
		if err != nil {
			return nil, err
		}
		r := &peerRiver{path: s.Path, pool: pool}
		r.Driver, r.RiverChoice = riverpgxv5.New(pool), choice
		if err := r.Open(ctx); err != nil {
			pool.Close()
			return nil, err
		}
		return r, nil
	}
}

// Hold opens a transaction beside everything.
func (r *peerRiver) Hold(ctx context.Context) (func() error, error) { return hold(ctx, r.path) }

func (r *peerRiver) Left(ctx context.Context) (n int, err error) {
	err = r.pool.QueryRow(ctx, contestant.RiverLeft).Scan(&n)
	return n, err
}

func (r *peerRiver) Close() error {
	r.pool.Close()
	return nil
}
