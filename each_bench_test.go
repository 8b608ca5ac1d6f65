package tasuki_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// BenchmarkItems is what a resumable job costs beside one that just loops: items of
// 10 µs and of 1 ms, on an SQLite file that syncs every commit. An operation is an
// item.
//
//	go test -run '^$' -bench Items -count 7 .
func BenchmarkItems(b *testing.B) {
	for _, long := range []time.Duration{10 * time.Microsecond, time.Millisecond} {
		work := worth(long)
		b.Run(fmt.Sprintf("loop/%v", long), func(b *testing.B) {
			benchItems(b, task.Do(func(_ context.Context, n int) error {
				for range n {
					work()
				}
				return nil
			}))
		})
		b.Run(fmt.Sprintf("each/%v", long), func(b *testing.B) {
			benchItems(b, tasuki.Each(task, count, func(context.Context, int, int) error { work(); return nil }))
		})
	}
}

// worth is work that takes about so long.
func worth(d time.Duration) func() {
	buf := make([]byte, 1024)
	hash := func(n int) {
		for range n {
			sum := sha256.Sum256(buf)
			copy(buf, sum[:])
		}
	}
	n, began := 0, time.Now()
	for ; time.Since(began) < 50*time.Millisecond; n += 10 {
		hash(10)
	}
	n = max(int(float64(n)*float64(d)/float64(time.Since(began))), 1)
	return func() { hash(n) }
}

func benchItems(b *testing.B, h tasuki.Handler) {
	st, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "jobs.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	done := make(chan time.Duration, 1)
	timed := func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
		return func(ctx context.Context) error {
			began := time.Now()
			err := next(ctx)
			done <- time.Since(began)
			return err
		}
	}
	w, err := tasuki.New(st, tasuki.Config{Logger: quietLog(), Handlers: []tasuki.Handler{h}, Middleware: []tasuki.Middleware{timed}})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer w.Stop(b.Context())
	if _, err := tasuki.Enqueue(b.Context(), st, task.Job(b.N)); err != nil {
		b.Fatal(err)
	}
	took := <-done
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/item")
}

// BenchmarkWays is what one item costs in each of the ways to keep a long job's
// place (docs/ways.md), on an SQLite file that syncs every commit.
func BenchmarkWays(b *testing.B) {
	var st *sqlite.Store
	nothing := func(context.Context, int, int) error { return nil }
	for name, h := range map[string]tasuki.Handler{
		"Each": tasuki.Each(task, count, nothing),
		"Each with Commit": tasuki.Each(task, count, func(ctx context.Context, _, i int) error {
			return st.Commit(ctx, func(tx *sql.Tx) error { _, err := tx.Exec(`INSERT INTO effects VALUES (?)`, i); return err })
		}),
		"Step": task.Do(func(ctx context.Context, n int) error {
			for i := range n {
				if _, err := tasuki.Step(ctx, fmt.Sprint(i), func(context.Context) (int, error) { return i, nil }); err != nil {
					return err
				}
			}
			return nil
		}),
		"StepTx": task.Do(func(ctx context.Context, n int) error {
			for i := range n {
				_, err := tasuki.StepTx(ctx, fmt.Sprint(i), st.Commit, func(_ context.Context, tx *sql.Tx) (int, error) {
					_, err := tx.Exec(`INSERT INTO effects VALUES (?)`, i)
					return i, err
				})
				if err != nil {
					return err
				}
			}
			return nil
		}),
		"Then": task.Do(func(ctx context.Context, n int) error {
			if n <= 1 {
				return nil
			}
			return tasuki.Then(task.Job(n - 1))
		}),
	} {
		b.Run(name, func(b *testing.B) {
			var err error
			if st, err = sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "jobs.db"), sqlite.Options{}); err != nil {
				b.Fatal(err)
			}
			defer st.Close()
			if _, err := st.DB().Exec(`CREATE TABLE effects (i INTEGER)`); err != nil {
				b.Fatal(err)
			}
			benchWay(b, st, h)
		})
	}
}

// benchWay runs a job of b.N items to the end of all that it made.
func benchWay(b *testing.B, st *sqlite.Store, h tasuki.Handler) {
	ended := make(chan struct{}, 1)
	last := func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
		return func(ctx context.Context) error {
			err := next(ctx)
			if err == nil {
				ended <- struct{}{}
			}
			return err
		}
	}
	w, err := tasuki.New(st, tasuki.Config{Logger: quietLog(), Handlers: []tasuki.Handler{h}, Middleware: []tasuki.Middleware{last}})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer w.Stop(b.Context())
	b.ResetTimer()
	if _, err := tasuki.Enqueue(b.Context(), st, task.Job(b.N)); err != nil {
		b.Fatal(err)
	}
	<-ended
	b.StopTimer()
}
