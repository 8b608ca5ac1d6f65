//go:build unix

package tasuki_test

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// BenchmarkIdleWithSchedules says what share of one core an idle worker on SQLite
// costs, and how long its start takes, the first one and one that finds its
// schedules there. Run it with -benchtime 1x.
func BenchmarkIdleWithSchedules(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			st, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "jobs.db"), sqlite.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer st.Close()
			cfg := tasuki.Config{Logger: quietLog(), Schedules: daily(n)}
			first, _ := idling(b, st, cfg, time.Second)
			again, share := idling(b, st, cfg, 15*time.Second)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(first.Milliseconds()), "ms/first-start")
			b.ReportMetric(float64(again.Milliseconds()), "ms/start")
			b.ReportMetric(share, "%cpu")
		})
	}
}

// daily are schedules over all minutes of the day.
func daily(n int) []tasuki.Schedule {
	all := make([]tasuki.Schedule, n)
	for i := range all {
		at := cron.Must(fmt.Sprintf("%d %d * * * Europe/Berlin", i%60, i/60%24))
		all[i] = tasuki.Schedule{Name: fmt.Sprintf("daily %d", i), At: at, Job: task.Job(i)}
	}
	return all
}

// idling runs a worker and answers how long its start took, and which share of one
// core in percent it cost once it had read its schedules.
func idling(b *testing.B, st *sqlite.Store, cfg tasuki.Config, d time.Duration) (start time.Duration, share float64) {
	b.Helper()
	w, err := tasuki.New(st, cfg)
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := w.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	start = time.Since(began)
	defer w.Stop(context.Background())
	pass(3 * time.Second)
	before, began := cpu(b), time.Now()
	pass(d)
	return start, 100 * float64(cpu(b)-before) / float64(time.Since(began))
}

// cpu is what this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
