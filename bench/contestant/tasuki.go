// Package contestant holds the job systems that are measured on more than one store.
package contestant

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
)

// Quiet is the log that all contestants get who take one.
var Quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

var (
	noop     = tasuki.NewKind[harness.Args]("noop")
	stranger = tasuki.NewKind[harness.Args]("stranger") // nobody here runs it
)

// Tasuki is tasuki on a store, with default settings.
type Tasuki struct {
	Store store.Store
	// Shut closes the store and what was opened for it.
	Shut func() error

	worker *tasuki.Worker
}

func (o *Tasuki) Enqueue(ctx context.Context, all []harness.Args) error {
	return o.enqueue(ctx, noop, all)
}

func (o *Tasuki) EnqueueUnknown(ctx context.Context, n int) error {
	for ; n > 0; n -= 1000 {
		if err := o.enqueue(ctx, stranger, make([]harness.Args, min(n, 1000))); err != nil {
			return err
		}
	}
	return nil
}

func (o *Tasuki) enqueue(ctx context.Context, kind tasuki.Kind[harness.Args], all []harness.Args) error {
	jobs := make([]store.Job, len(all))
	for i, a := range all {
		jobs[i] = kind.Job(a)
	}
	became, err := tasuki.Enqueue(ctx, o.Store, jobs...)
	for _, b := range became {
		if b.What != store.Added {
			return fmt.Errorf("job %s was not added but %s", b.ID, b.What)
		}
	}
	return err
}

func (o *Tasuki) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	o.worker, err = tasuki.New(o.Store, tasuki.Config{Slots: slots, Logger: Quiet,
		Handlers: []tasuki.Handler{noop.Do(func(_ context.Context, a harness.Args) error { do(a); return nil })}})
	if err != nil {
		return err
	}
	return o.worker.Start(ctx)
}

func (o *Tasuki) Stop(ctx context.Context) error { return o.worker.Stop(ctx) }

func (o *Tasuki) Left(ctx context.Context) (int, error) {
	stats, err := o.Store.Stats(ctx)
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

func (o *Tasuki) Close() error { return o.Shut() }
