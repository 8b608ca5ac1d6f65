package redis

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// scripted is how many µs the server has spent in scripts.
func scripted(b *testing.B, s *Store) float64 {
	b.Helper()
	text, err := s.client.Do(b.Context(), s.client.B().Info().Section("commandstats").Build()).ToString()
	if err != nil {
		b.Fatal(err)
	}
	found := regexp.MustCompile(`cmdstat_evalsha:calls=\d+,usec=(\d+)`).FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	us, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return us
}

// BenchmarkJobs measures what the store spends on a job of a batch in one call, and
// what of it the server spends in the script (server-µs/job).
func BenchmarkJobs(b *testing.B) {
	const batch = 500
	s := open(b, redistest.Shared(b).DB(b))
	worker := "bench:1"
	if _, err := s.Beat(b.Context(), store.BeatRequest{Worker: store.Worker{Name: worker, Beat: 1}}); err != nil {
		b.Fatal(err)
	}
	n := 0
	jobs := func(prefix string) []store.Job {
		all := make([]store.Job, batch)
		for i := range all {
			n++
			all[i] = store.Job{ID: fmt.Sprintf("%s-%08d-4444-8888-123456789012", prefix, n), Kind: "noop", Args: []byte(`{"n":1234,"at":1795287767248}`)}
		}
		return all
	}
	enqueue := func(ctx context.Context) {
		if _, err := s.Enqueue(ctx, jobs("job")); err != nil {
			b.Fatal(err)
		}
	}
	claim := func(ctx context.Context) []store.Record {
		r, err := s.Claim(ctx, store.ClaimRequest{Worker: worker, Token: store.NewToken(), Max: batch, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"noop"}})
		if err != nil || len(r.Jobs) != batch {
			b.Fatal(len(r.Jobs), err)
		}
		return r.Jobs
	}
	number := uint64(0) // of the last batch
	settle := func(ctx context.Context, all []store.Record) {
		number++
		req := store.SettleRequest{Worker: worker, Batch: number, Outcomes: make([]store.Outcome, len(all))}
		for i := range all {
			req.Outcomes[i] = store.Outcome{Claim: store.Claim{ID: all[i].ID, Token: all[i].Token}, Verb: store.Finish}
		}
		if r, err := s.Settle(ctx, req); err != nil || r.Results[0].What != store.Applied {
			b.Fatal(r, err)
		}
	}
	part := func(name string, before func(), do func()) {
		b.Run(name, func(b *testing.B) {
			us, done := 0.0, 0
			for b.Loop() {
				b.StopTimer()
				before()
				from := scripted(b, s)
				b.StartTimer()
				do()
				b.StopTimer()
				us, done = us+scripted(b, s)-from, done+batch
				b.StartTimer()
			}
			b.ReportMetric(us/float64(done), "server-µs/job")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done), "ns/job")
		})
	}
	b.Run("enqueue alone", func(b *testing.B) {
		from := scripted(b, s)
		for b.Loop() {
			n++
			id := fmt.Sprintf("one-%08d-4444-8888-123456789012", n)
			if _, err := s.Enqueue(b.Context(), []store.Job{{ID: id, Kind: "noop", Args: []byte(`{"n":1234,"at":1795287767248}`)}}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric((scripted(b, s)-from)/float64(b.N), "server-µs/job")
	})
	var held []store.Record
	part("enqueue", func() {}, func() { enqueue(b.Context()) })
	part("claim", func() {
		if held != nil {
			settle(b.Context(), held)
		}
		enqueue(b.Context())
	}, func() { held = claim(b.Context()) })
	if held != nil {
		settle(b.Context(), held)
	}

	part("settle", func() { enqueue(b.Context()); held = claim(b.Context()) }, func() { settle(b.Context(), held) })
}
