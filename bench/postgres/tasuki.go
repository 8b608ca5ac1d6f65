package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/postgres"
)

// quiet is the log that all contestants get who take one.
var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

var (
	noop     = tasuki.NewKind[harness.Args]("noop")
	stranger = tasuki.NewKind[harness.Args]("stranger") // nobody here runs it
)

// ours is tasuki on PostgreSQL, with default settings.
type ours struct {
	path   string
	st     *postgres.Store
	pool   *pgxpool.Pool // if it was not the store that opened it
	worker *tasuki.Worker
}

func openOurs(ctx context.Context, s harness.Setup) (harness.System, error) {
	o, err := &ours{path: s.Path}, error(nil)
	if s.Statements == nil {
		o.st, err = postgres.Open(ctx, s.Path, postgres.Options{})
		return o, err
	}
	if o.pool, err = openPool(ctx, s, postgres.DefaultMaxConns); err != nil {
		return nil, err
	}
	o.st, err = postgres.New(ctx, o.pool, postgres.Options{})
	return o, err
}

func (o *ours) Enqueue(ctx context.Context, all []harness.Args) error {
	return o.enqueue(ctx, noop, all)
}

func (o *ours) EnqueueUnknown(ctx context.Context, n int) error {
	for ; n > 0; n -= 1000 {
		if err := o.enqueue(ctx, stranger, make([]harness.Args, min(n, 1000))); err != nil {
			return err
		}
	}
	return nil
}

func (o *ours) enqueue(ctx context.Context, kind tasuki.Kind[harness.Args], all []harness.Args) error {
	jobs := make([]store.Job, len(all))
	for i, a := range all {
		jobs[i] = kind.Job(a)
	}
	became, err := tasuki.Enqueue(ctx, o.st, jobs...)
	for _, b := range became {
		if b.What != store.Added {
			return fmt.Errorf("job %s was not added but %s", b.ID, b.What)
		}
	}
	return err
}

func (o *ours) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	o.worker, err = tasuki.New(o.st, tasuki.Config{Slots: slots, Logger: quiet,
		Handlers: []tasuki.Handler{noop.Do(func(_ context.Context, a harness.Args) error { do(a); return nil })}})
	if err != nil {
		return err
	}
	return o.worker.Start(ctx)
}

func (o *ours) Stop(ctx context.Context) error { return o.worker.Stop(ctx) }

// Hold opens a transaction beside everything.
func (o *ours) Hold(ctx context.Context) (func() error, error) { return hold(ctx, o.path) }

func (o *ours) Left(ctx context.Context) (int, error) {
	stats, err := o.st.Stats(ctx)
	n := 0
	for _, q := range stats.Queues {
		for state, count := range q.Counts {
			if state != store.Done {
				n += count
			}
		}
	}
	return n, err
}

func (o *ours) Close() error {
	err := o.st.Close()
	if o.pool != nil {
		o.pool.Close()
	}
	return err
}

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
