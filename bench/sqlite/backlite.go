package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/mikestefanello/backlite"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// peerBacklite is backlite with the driver, the connection string and the
// configuration of its README. That driver is compiled so that synchronous is
// NORMAL in WAL unless the connection string says otherwise.
type peerBacklite struct {
	db     *sql.DB
	client *backlite.Client
}

type backliteTask struct{ harness.Args }

func (backliteTask) Config() backlite.QueueConfig {
	return backlite.QueueConfig{Name: "noop", MaxAttempts: 5, Backoff: 5 * time.Second, Timeout: 10 * time.Second}
}

const backliteDSN = "?_journal=WAL&_timeout=5000"

func openBacklite(dsn string) func(context.Context, harness.Setup) (harness.System, error) {
	return func(_ context.Context, s harness.Setup) (harness.System, error) { return newBacklite(s, dsn) }
}

func newBacklite(s harness.Setup, dsn string) (harness.System, error) {
	db, err := open("sqlite3", s.Path+dsn, s.Statements)
	if err != nil {
		return nil, err
	}
	b := &peerBacklite{db: db}
	if b.client, err = b.with(1); err == nil {
		err = b.client.Install()
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return b, nil
}

func (b *peerBacklite) with(workers int) (*backlite.Client, error) {
	return backlite.NewClient(backlite.ClientConfig{DB: b.db, ReleaseAfter: 10 * time.Minute,
		NumWorkers: workers, CleanupInterval: time.Hour})
}

func (b *peerBacklite) Enqueue(ctx context.Context, all []harness.Args) error {
	tasks := make([]backlite.Task, len(all))
	for i, a := range all {
		tasks[i] = backliteTask{a}
	}
	_, err := b.client.Add(tasks...).Ctx(ctx).Save()
	return err
}

// Start makes another client: one has its number of workers from the start.
func (b *peerBacklite) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	if b.client, err = b.with(slots); err != nil {
		return err
	}
	b.client.Register(backlite.NewQueue(func(_ context.Context, t backliteTask) error { do(t.Args); return nil }))
	b.client.Start(ctx)
	return nil
}

func (b *peerBacklite) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if !b.client.Stop(ctx) {
		return errors.New("jobs were still running after 30 s")
	}
	return nil
}

func (b *peerBacklite) Left(ctx context.Context) (n int, err error) {
	err = b.db.QueryRowContext(ctx, `SELECT count(*) FROM backlite_tasks`).Scan(&n)
	return n, err
}

func (b *peerBacklite) Close() error { return b.db.Close() }
