// Command nightly cleans up every night at three o'clock in Berlin: sessions that
// ended more than thirty days ago are deleted, some at a time.
//
//	go run ./examples/nightly
//
// It creates nightly.db. Run it on as many machines of a fleet as you like, on one
// store: a night makes one job. A night on which nothing ran is made up for by the
// next start. To see it work without waiting: NIGHTLY="@every 5s" go run …
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A Cleanup is what is too old.
type Cleanup struct{ Days int }

var cleanups = tasuki.NewKind[Cleanup]("clean up sessions")

// atOnce is how many sessions one transaction deletes: others want to write too.
const atOnce = 500

// cleaner deletes old sessions. It needs no cursor: what is deleted is done, so a
// job that comes again finds the rest.
type cleaner struct {
	db     *sql.DB
	now    func() time.Time
	report func(ctx context.Context, deleted int64)
}

func (c *cleaner) clean(ctx context.Context, old Cleanup) error {
	before := c.now().AddDate(0, 0, -old.Days).Unix()
	for total := int64(0); ; {
		select {
		case <-tasuki.Stopping(ctx):
			return tasuki.Yield() // the next worker goes on
		default:
		}
		done, err := c.db.ExecContext(ctx, remove, before, atOnce)
		if err != nil {
			return fmt.Errorf("delete sessions: %w", err)
		}
		n, err := done.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		total += n
		c.report(ctx, total)
	}
}

// shown tells people how far a cleanup is, in the job and in the log.
func shown(ctx context.Context, deleted int64) {
	log.Printf("%d sessions deleted", deleted)
	if err := tasuki.SetProgress(ctx, deleted, 0, "sessions deleted"); err != nil {
		log.Print(err)
	}
}

const (
	table  = "CREATE TABLE IF NOT EXISTS sessions (id INTEGER PRIMARY KEY, ended INTEGER)"
	remove = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended < ? LIMIT ?)"
)

// config is what the program's workers run, and when.
func config(c *cleaner, at tasuki.Timing) tasuki.Config {
	return tasuki.Config{
		Handlers: []tasuki.Handler{cleanups.Do(c.clean)},
		Schedules: []tasuki.Schedule{{
			Name: "nightly cleanup",
			At:   at,
			Job:  cleanups.Job(Cleanup{Days: 30}, tasuki.Unique("nightly cleanup")),
		}},
	}
}

func run(ctx context.Context, times string) (int, error) {
	at, err := cron.New(times)
	if err != nil {
		return tasuki.ExitUsage, err
	}
	st, err := sqlite.Open(ctx, "nightly.db", sqlite.Options{})
	if err != nil {
		return 1, err
	}
	defer st.Close()
	if _, err := st.DB().ExecContext(ctx, table); err != nil {
		return 1, err
	}
	w, err := tasuki.New(st, config(&cleaner{st.DB(), time.Now, shown}, at))
	if err != nil {
		return 1, err
	}
	return tasuki.Main(w), nil
}

func main() {
	times := os.Getenv("NIGHTLY")
	if times == "" {
		times = "0 3 * * * Europe/Berlin"
	}
	code, err := run(context.Background(), times)
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}
