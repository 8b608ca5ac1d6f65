package supervise_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/postgres"
	"github.com/tasuki-jobs/tasuki/store/redis"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// The test binary runs as a worker of ours on the store that engineStore names. Each run of
// a job is a line in the file engineBook.
const (
	engineStore = "SUPERVISE_TEST_STORE"
	engineBook  = "SUPERVISE_TEST_BOOK"
	engineSlots = "SUPERVISE_TEST_SLOTS"
)

// aStore is a store that is closed in the end.
type aStore interface {
	store.Store
	Close() error
}

func openStore(url string) (aStore, error) {
	ctx := context.Background()
	switch {
	case strings.HasPrefix(url, "redis"):
		return redis.Open(ctx, url, redis.Options{})
	case strings.HasPrefix(url, "postgres"):
		return postgres.Open(ctx, url, postgres.Options{})
	}
	return sqlite.Open(ctx, url, sqlite.Options{})
}

// A task is a job that takes a while, in steps of which each is saved.
type task struct {
	Steps int           `json:"steps"`
	Each  time.Duration `json:"each"`
}

var (
	taskKind = tasuki.NewKind[task]("task")
	lastKind = tasuki.NewKind[string]("last") // until a file is there
	partKind = tasuki.NewKind[string]("part") // from its program, in the way named
)

func engine(url string) int {
	st, err := openStore(url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer st.Close()
	book := os.Getenv(engineBook)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slots := 2
	fmt.Sscan(os.Getenv(engineSlots), &slots)
	w, err := tasuki.New(st, tasuki.Config{Logger: log, Slots: slots, Handlers: []tasuki.Handler{
		taskKind.Do(func(ctx context.Context, a task) error { return alone(ctx, book, func() error { return work(ctx, a) }) }),
		lastKind.Do(func(ctx context.Context, file string) error {
			return alone(ctx, book, func() error { return waitFor(ctx, file) })
		}),
		partKind.Do(func(ctx context.Context, how string) error {
			return alone(ctx, book, func() error { return part(book, tasuki.JobFrom(ctx).ID, how) })
		}),
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return tasuki.Main(w)
}

// alone runs a job and notes if another process runs it at the same time: the job has a
// file whose lock ends with who holds it.
func alone(ctx context.Context, book string, do func() error) error {
	id := tasuki.JobFrom(ctx).ID
	f, err := os.OpenFile(filepath.Join(book+".locks", id), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	syscall.CloseOnExec(int(f.Fd()))
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		enter(book, "double", id)
	}
	enter(book, "begin", id)
	if err := do(); err != nil {
		enter(book, "leave", id)
		return err
	}
	enter(book, "end", id)
	return nil
}

// enter writes a line.
func enter(book, what, id string) {
	f, err := os.OpenFile(book, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "%s %s %d %d\n", what, id, os.Getpid(), time.Now().UnixNano())
}

func work(ctx context.Context, a task) error {
	tick := time.NewTicker(max(a.Each, time.Millisecond))
	defer tick.Stop()
	for range a.Steps {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// waitFor waits until a file is there.
func waitFor(ctx context.Context, file string) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A run is a line of the book.
type run struct {
	what, id string
	pid      int
	at       int64
}

func readBook(book string) []run {
	text, _ := os.ReadFile(book)
	var all []run
	for line := range strings.Lines(string(text)) {
		var r run
		if n, _ := fmt.Sscanf(line, "%s %s %d %d", &r.what, &r.id, &r.pid, &r.at); n == 4 {
			all = append(all, r)
		}
	}
	return all
}
