package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
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
	list := sqlstore.JSON(seqs)
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

// BenchmarkBehind claims and settles while very many jobs wait: of its own kind
// (the rate from a full queue), of a kind that nobody knows, in front, and for
// their time.
func BenchmarkBehind(b *testing.B) {
	for _, c := range []struct {
		name    string
		crowd   int
		kind    string
		delayed bool
	}{
		{"10000_of_its_own", 10_000, "noop", false},
		{"1000000_of_its_own", 1_000_000, "noop", false},
		{"1000000_strangers", 1_000_000, "stranger", false},
		{"1000000_scheduled", 1_000_000, "noop", true},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := openTemp(b, Options{Synchronous: Normal})
			for range c.crowd / 1000 {
				jobs := benchJobs(1000, c.kind)
				for i := range jobs {
					if c.delayed {
						jobs[i].Delay = time.Hour
					}
				}
				if _, err := s.Enqueue(b.Context(), jobs); err != nil {
					b.Fatal(err)
				}
			}
			fill(b, s, b.N, "noop")
			claimAndSettle(b, s, b.N, []string{"noop"})
		})
	}
}

// BenchmarkKinds claims from one queue with so many kinds, all with jobs.
func BenchmarkKinds(b *testing.B) {
	for _, n := range []int{1, 10, 50, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := openTemp(b, Options{Synchronous: Normal})
			kinds := make([]string, n)
			for i := range kinds {
				kinds[i] = fmt.Sprintf("kind-%d", i)
				fill(b, s, b.N/n+1, kinds[i])
			}
			claimAndSettle(b, s, b.N, kinds)
		})
	}
}

// BenchmarkIdleClaim finds nothing, before a look at so many kinds.
func BenchmarkIdleClaim(b *testing.B) {
	for _, n := range []int{1, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := openTemp(b, Options{})
			beat(b, s, "w", 1)
			req := request("w", 100)
			req.Kinds = nil
			for i := range n {
				req.Kinds = append(req.Kinds, fmt.Sprintf("kind-%d", i))
			}
			b.ResetTimer()
			for range b.N {
				if _, err := s.Claim(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkList reads the first page of a million jobs, by filter.
func BenchmarkList(b *testing.B) {
	s := openTemp(b, Options{Synchronous: Normal})
	for range 1000 {
		fill(b, s, 1000, "noop")
	}
	fill(b, s, 10, "rare")
	for name, f := range map[string]store.Filter{
		"all": {}, "kind": {Kinds: []string{"noop"}}, "rare": {Kinds: []string{"rare"}},
		"running": {States: []store.State{store.Running}}, "retry": {States: []store.State{store.Retry}},
		"dead": {States: []store.State{store.Dead}},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if _, err := s.List(b.Context(), store.ListRequest{Filter: f}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("stats", func(b *testing.B) {
		for range b.N {
			if _, err := s.Stats(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
