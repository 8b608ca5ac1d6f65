package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// within fails unless do takes less than a limit that is far from what it should take,
// and farther from what it takes where each row is compared with each other.
func within(t *testing.T, limit time.Duration, what string, do func()) {
	t.Helper()
	began := time.Now()
	do()
	if took := time.Since(began); took > limit {
		t.Errorf("%s took %v, want %v at most", what, took, limit)
	} else {
		t.Logf("%s took %v", what, took)
	}
}

// TestTenTimesTheJobsInOneCallTakeTenTimesAsLong, and not a hundred times.
func TestTenTimesTheJobsInOneCallTakeTenTimesAsLong(t *testing.T) {
	s, g := openTemp(t, Options{})
	all := func(prefix string, change func(i int, j *store.Job)) (jobs []store.Job) {
		for i := range 10_000 {
			j := store.Job{ID: fmt.Sprintf("0190-an-id-as-long-as-others-%s-%d", prefix, i), Kind: "k"}
			change(i, &j)
			jobs = append(jobs, j)
		}
		return jobs
	}
	for name, jobs := range map[string][]store.Job{
		"with tags":       all("tags", func(_ int, j *store.Job) { j.Tags, j.Queue = []string{"x"}, "away" }),
		"with keys":       all("keys", func(i int, j *store.Job) { j.Unique, j.Queue = j.ID, "away" }),
		"in 2,000 queues": all("queues", func(i int, j *store.Job) { j.Queue = fmt.Sprint("tenant", i%2000) }),
	} {
		within(t, 2500*time.Millisecond, "enqueue of 10,000 jobs "+name, func() {
			if _, err := s.Enqueue(t.Context(), jobs); err != nil {
				t.Fatal(name, err)
			}
		})
	}
	beat(t, s, "w", 1)
	if _, err := s.Enqueue(t.Context(), all("kept", func(_ int, j *store.Job) { j.Keep = time.Hour })); err != nil {
		t.Fatal(err)
	}
	g.exec(t, "ANALYZE tasuki.jobs")
	got := claim(t, s, "w", 10_000)
	claims := make([]store.Claim, len(got))
	for i, j := range got {
		claims[i] = claimOf(j)
	}
	within(t, time.Second, "a beat that names 10,000 claims", func() {
		if r := beat(t, s, "w", 2, claims...); len(r.Lost) > 0 {
			t.Errorf("%d of them are lost", len(r.Lost))
		}
	})
	within(t, 1500*time.Millisecond, "the end of 5,000 jobs that are kept", func() {
		settle(t, s, "w", 1, outcomes(got[:5000], store.Finish)...)
	})
}
