package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	_ "modernc.org/sqlite"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// quiet is the log that all contestants get who take one.
var quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

var (
	noop     = tasuki.NewKind[harness.Args]("noop")
	stranger = tasuki.NewKind[harness.Args]("stranger") // nobody here runs it
)

// ours is tasuki on a SQLite file, with default settings but for Synchronous.
type ours struct {
	st     *sqlite.Store
	db     *sql.DB // if it was not the store that opened it
	worker *tasuki.Worker
}

func openOurs(sync sqlite.Synchronous) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		o, err := &ours{}, error(nil)
		if s.Statements == nil {
			o.st, err = sqlite.Open(ctx, s.Path, sqlite.Options{Synchronous: sync})
			return o, err
		}
		if o.db, err = open("sqlite", modernc(s.Path, string(sync)), s.Statements); err != nil {
			return nil, err
		}
		o.st, err = sqlite.New(ctx, o.db, sqlite.Options{Synchronous: sync})
		return o, err
	}
}

// modernc names a file to the driver "sqlite".
func modernc(path, sync string) string {
	set := url.Values{"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(" + sync + ")"}}
	return "file:" + path + "?" + set.Encode()
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
	if o.db != nil {
		o.db.Close()
	}
	return err
}
