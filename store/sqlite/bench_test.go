package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// Rates are reported as jobs/s. Each benchmark has its floor beside it: what
// bare SQL on the same schema reaches with the same driver and settings.

var benchArgs = json.RawMessage(`{"user":123456,"action":"welcome"}`)

func benchJobs(n int, kind string) []store.Job {
	jobs := make([]store.Job, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: kind, Args: benchArgs}
	}
	return jobs
}

func fill(b *testing.B, s *Store, n int, kind string) {
	b.Helper()
	for n > 0 {
		k := min(n, 1000)
		if _, err := s.Enqueue(b.Context(), benchJobs(k, kind)); err != nil {
			b.Fatal(err)
		}
		n -= k
	}
}

func perSecond(b *testing.B, jobs int) {
	b.ReportMetric(float64(jobs)/b.Elapsed().Seconds(), "jobs/s")
}

const benchBatch = 100

func BenchmarkClaimSettle(b *testing.B) {
	for _, of := range []Synchronous{Full, Normal} {
		b.Run(string(of), func(b *testing.B) {
			s := openTemp(b, Options{Synchronous: of})
			fill(b, s, b.N, "noop")
			claimAndSettle(b, s, b.N, []string{"noop"})
		})
	}
}

// claimAndSettle works n jobs in batches and reports the rate.
func claimAndSettle(b *testing.B, s *Store, n int, kinds []string) {
	b.Helper()
	beat(b, s, "w", 1)
	ctx := context.Background()
	b.ResetTimer()
	for done, batch := 0, uint64(1); done < n; batch++ {
		r, err := s.Claim(ctx, store.ClaimRequest{Worker: "w", Token: store.NewToken(), Max: min(benchBatch, n-done),
			Suspects: 1, Queues: []store.QueueWant{{Name: "default"}}, Kinds: kinds})
		if err != nil || len(r.Jobs) == 0 {
			b.Fatalf("%d jobs, %v", len(r.Jobs), err)
		}
		out := make([]store.Outcome, len(r.Jobs))
		for i, j := range r.Jobs {
			out[i] = store.Outcome{Claim: store.Claim{ID: j.ID, Token: j.Token}, Verb: store.Finish}
		}
		if _, err := s.Settle(ctx, store.SettleRequest{Worker: "w", Batch: batch, Outcomes: out}); err != nil {
			b.Fatal(err)
		}
		done += len(r.Jobs)
	}
	b.StopTimer()
	perSecond(b, n)
}

// BenchmarkFloorClaimDelete reads the first jobs and deletes them.
func BenchmarkFloorClaimDelete(b *testing.B) {
	for _, of := range []Synchronous{Full, Normal} {
		b.Run(string(of), func(b *testing.B) {
			s := openTemp(b, Options{Synchronous: of})
			fill(b, s, b.N, "noop")
			b.ResetTimer()
			for done := 0; done < b.N; done += benchBatch {
				if err := s.writer.write(b.Context(), deleteFirst); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			perSecond(b, b.N)
		})
	}
}

func deleteFirst(tx session) error {
	ctx := context.Background()
	var seqs []int64
	rows, err := tx.query(ctx, `SELECT j.seq, id, args FROM tasuki_ready r CROSS JOIN tasuki_jobs j ON j.seq = r.seq
		WHERE r.lane = 1 ORDER BY r.priority, r.ord, r.seq LIMIT 100`)
	if err != nil {
		return err
	}
	for rows.Next() {
		var seq int64
		var id, args []byte
		if err := rows.Scan(&seq, &id, &args); err != nil {
			return err
		}
		seqs = append(seqs, seq)
	}
	rows.Close()
	list := asJSON(seqs)
	for _, sql := range []string{
		`DELETE FROM tasuki_ready WHERE lane = 1 AND (priority, ord, seq) IN (SELECT priority, ord, seq FROM json_each(?1) JOIN tasuki_jobs ON seq = value)`,
		`DELETE FROM tasuki_ids WHERE id IN (SELECT j.id FROM json_each(?1) v JOIN tasuki_jobs j ON j.seq = v.value)`,
		`DELETE FROM tasuki_jobs WHERE seq IN (SELECT value FROM json_each(?1))`,
	} {
		if _, err := tx.exec(ctx, sql, list); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkEnqueue(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := openTemp(b, Options{})
			jobs := benchJobs(b.N*size, "noop")
			b.ResetTimer()
			for i := range b.N {
				if _, err := s.Enqueue(b.Context(), jobs[i*size:(i+1)*size]); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			perSecond(b, b.N*size)
		})
	}
}

// BenchmarkEnqueueMany has ten goroutines enqueue one by one.
func BenchmarkEnqueueMany(b *testing.B) {
	s := openTemp(b, Options{})
	b.SetParallelism(5)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := s.Enqueue(b.Context(), benchJobs(1, "noop")); err != nil {
				b.Error(err)
			}
		}
	})
	perSecond(b, b.N)
}

// BenchmarkFloorInsert inserts one row per transaction.
func BenchmarkFloorInsert(b *testing.B) {
	s := openTemp(b, Options{})
	fill(b, s, 1, "noop")
	jobs := benchJobs(b.N, "noop")
	b.ResetTimer()
	for i := range b.N {
		if err := s.writer.begin(b.Context(), false); err != nil {
			b.Fatal(err)
		}
		for _, in := range [][]any{
			{`INSERT INTO tasuki_ids (id, seq) VALUES (?, ?)`, packID(jobs[i].ID), i + 2},
			{`INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, args, trail) VALUES (?, ?, 1, 2, 0, ?, ?, ?, 0)`,
				i + 2, packID(jobs[i].ID), i, i, string(benchArgs)},
			{`INSERT INTO tasuki_ready (lane, priority, ord, seq) VALUES (1, 0, ?, ?)`, i, i + 2},
		} {
			if _, err := s.writer.link.exec(b.Context(), in[0].(string), in[1:]...); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.writer.link.do("COMMIT"); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	perSecond(b, b.N)
}
