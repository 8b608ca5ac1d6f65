package main

import (
	"context"
	"database/sql"
	"net/url"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// peerRiver is River on its SQLite driver: WAL, synchronous FULL, and one
// connection, as the driver's documentation advises. The busy timeout is for the
// second process of one measurement.
type peerRiver struct {
	db     *sql.DB
	tune   river.Config // what differs from the defaults
	client *river.Client[*sql.Tx]
}

type riverArgs struct{ harness.Args }

func (riverArgs) Kind() string { return "noop" }

// tunedRiver are the settings of River's own benchmark command.
var tunedRiver = river.Config{FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond}

func openRiver(tune river.Config) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		set := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}}
		db, err := open("sqlite", "file:"+s.Path+"?"+set.Encode(), s.Statements)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		r := &peerRiver{db: db, tune: tune}
		if err := r.migrate(ctx); err != nil {
			db.Close()
			return nil, err
		}
		r.client, err = river.NewClient(riversqlite.New(db), &river.Config{Logger: quiet})
		return r, err
	}
}

func (r *peerRiver) migrate(ctx context.Context) error {
	m, err := rivermigrate.New(riversqlite.New(r.db), &rivermigrate.Config{Logger: quiet})
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
	_, err := r.client.InsertMany(ctx, params)
	return err
}

// Start makes another client: one that works has its workers from the start.
func (r *peerRiver) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[riverArgs]) error {
		do(job.Args.Args)
		return nil
	}))
	c := r.tune
	c.Logger, c.Workers = quiet, workers
	c.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: slots}}
	if r.client, err = river.NewClient(riversqlite.New(r.db), &c); err != nil {
		return err
	}
	return r.client.Start(ctx)
}

func (r *peerRiver) Stop(ctx context.Context) error { return r.client.Stop(ctx) }

func (r *peerRiver) Left(ctx context.Context) (n int, err error) {
	err = r.db.QueryRowContext(ctx, `SELECT count(*) FROM river_job WHERE state <> 'completed'`).Scan(&n)
	return n, err
}

func (r *peerRiver) Close() error { return r.db.Close() }
