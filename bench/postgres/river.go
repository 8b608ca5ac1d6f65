package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// riverChoice is what differs from River's defaults.
type riverChoice struct {
	tune    river.Config
	workers int  // instead of the slots of the measurement; 0: those
	fast    bool // bulk by InsertManyFast
}

// peerRiver is River on its pgx driver.
type peerRiver struct {
	path   string
	pool   *pgxpool.Pool
	choice riverChoice
	client *river.Client[pgx.Tx]
}

type riverArgs struct{ harness.Args }

func (riverArgs) Kind() string { return "noop" }

// tunedRiver are the settings of River's own benchmark command.
var tunedRiver = river.Config{FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond}

// riverConns is how many connections River's pool has: more than pgx's default of 4 on
// a small machine, as many as insert10 has goroutines.
const riverConns = 10

func openRiver(choice riverChoice) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		pool, err := openPool(ctx, s, riverConns)
		if err != nil {
			return nil, err
		}
		r := &peerRiver{path: s.Path, pool: pool, choice: choice}
		if err = r.migrate(ctx); err == nil {
			r.client, err = river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: quiet})
		}
		if err != nil {
			pool.Close()
			return nil, err
		}
		return r, nil
	}
}

func (r *peerRiver) migrate(ctx context.Context) error {
	m, err := rivermigrate.New(riverpgxv5.New(r.pool), &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (r *peerRiver) Enqueue(ctx context.Context, all []harness.Args) error {
	if len(all) == 1 {
		_, err := r.client.Insert(ctx, riverArgs{all[0]}, nil)
		return err
	}
	params := make([]river.InsertManyParams, len(all))
	for i, a := range all {
		params[i].Args = riverArgs{a}
	}
	return r.insert(ctx, params)
}

func (r *peerRiver) insert(ctx context.Context, params []river.InsertManyParams) error {
	var err error
	if r.choice.fast {
		_, err = r.client.InsertManyFast(ctx, params)
	} else {
		_, err = r.client.InsertMany(ctx, params)
	}
	return err
}

// Start makes another client: one that works has its workers from the start.
func (r *peerRiver) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[riverArgs]) error {
		do(job.Args.Args)
		return nil
	}))
	if r.choice.workers > 0 {
		slots = r.choice.workers
	}
	c := r.choice.tune
	c.Logger, c.Workers = quiet, workers
	c.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: slots}}
	if r.client, err = river.NewClient(riverpgxv5.New(r.pool), &c); err != nil {
		return err
	}
	return r.client.Start(ctx)
}

func (r *peerRiver) Stop(ctx context.Context) error { return r.client.Stop(ctx) }

// Hold opens a transaction beside everything.
func (r *peerRiver) Hold(ctx context.Context) (func() error, error) { return hold(ctx, r.path) }

func (r *peerRiver) Left(ctx context.Context) (n int, err error) {
	err = r.pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE state <> 'completed'`).Scan(&n)
	return n, err
}

func (r *peerRiver) Close() error {
	r.pool.Close()
	return nil
}
