package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// night is a quarter to three in Berlin, on the day before clocks are put forward
// from two to three.
var night = time.Date(2026, 3, 28, 1, 45, 0, 0, time.UTC)

// opened is a cleaner on a fresh file, with n sessions that ended so many days before
// the clock's time.
func opened(t *testing.T, n, days int) (*cleaner, *sqlite.Store, *tasukitest.Clock) {
	t.Helper()
	clock := &tasukitest.Clock{}
	clock.Set(night)
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "nightly.db"), sqlite.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if _, err := st.DB().Exec(table); err != nil {
		t.Fatal(err)
	}
	add(t, st.DB(), n, night.AddDate(0, 0, -days))
	return &cleaner{st.DB(), clock.Now, shown}, st, clock
}

func add(t *testing.T, db *sql.DB, n int, ended time.Time) {
	t.Helper()
	_, err := db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO sessions (ended) SELECT ? FROM n`, n, ended.Unix())
	if err != nil {
		t.Fatal(err)
	}
}

func sessions(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM sessions").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryNightMakesOneJobAlsoWhenTheClocksChange(t *testing.T) {
	c, st, clock := opened(t, 3, 29)
	add(t, st.DB(), 2, night.AddDate(0, 0, -20))
	box := tasukitest.New(t, config(c, cron.Must("0 3 * * * Europe/Berlin")), tasukitest.On(st, clock))
	for _, run := range box.Pass(3 * 24 * time.Hour) {
		run.Want(store.Done)
	}
	var at []string
	for _, j := range box.Jobs() {
		at = append(at, j.CreatedAt.UTC().Format("2 15:04"))
	}
	if want := []string{"28 02:00", "29 01:00", "30 01:00", "31 01:00"}; !slices.Equal(at, want) {
		t.Errorf("nights at %v, want %v", at, want)
	}
	if n := sessions(t, st.DB()); n != 2 {
		t.Errorf("%d sessions left", n)
	}
}

func TestADeployDuringACleanupLeavesTheRestToTheNextWorker(t *testing.T) {
	c, st, clock := opened(t, 3*atOnce, 31)
	c.report = func(ctx context.Context, deleted int64) {
		if shown(ctx, deleted); sessions(t, st.DB()) == 2*atOnce {
			tasukitest.Stop(ctx)
		}
	}
	run := tasukitest.Run(t, cleanups.Do(c.clean), cleanups.Job(Cleanup{Days: 30}), tasukitest.On(st, clock)).Want(store.Ready)
	if n := sessions(t, st.DB()); n != 2*atOnce || run.Progress.Done != atOnce {
		t.Errorf("%d sessions left, progress %+v", n, run.Progress)
	}
	run.Resume().Want(store.Done)
	if n := sessions(t, st.DB()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestTheProgramCleansUpByTheClock(t *testing.T) {
	dir := t.TempDir()
	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "nightly.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.DB().Exec(table); err != nil {
		t.Fatal(err)
	}
	add(t, st.DB(), 7, time.Now().AddDate(0, 0, -31))
	add(t, st.DB(), 2, time.Now())
	p := program.Start(t, dir, "NIGHTLY=@every 1s")
	program.Await(t, "the cleanup", func() bool { return sessions(t, st.DB()) == 2 })
	if out := p.Stop(); !strings.Contains(out, "7 sessions deleted") {
		t.Errorf("the program said:\n%s", out)
	}
}

func TestTimesThatAreNoneAreRefused(t *testing.T) {
	if code, err := run(t.Context(), "at night"); code != tasuki.ExitUsage || err == nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}
