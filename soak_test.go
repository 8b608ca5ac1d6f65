package tasuki_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestSoak… does to three workers what a bad week of deploys does, at random, and
// then counts. It takes 15 s, or ten minutes with TASUKI_TEST_SOAK (./test --soak).
func TestSoakOfStopsKillsAndFreezesLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const n = 300
	length := 15 * time.Second
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		length = 10 * time.Minute
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	st, path := file(t)
	var jobs []store.Job
	crew := make([]*process, 3)
	for i := range crew {
		crew[i] = worker(t, path, "-t", "3", "-c", "4")
	}
	done := map[string]int{}
	for end := time.Now().Add(length); time.Now().Before(end); {
		if unfinished(t, st) < 9 {
			more := ledgers(9, steps{N: n, Each: 10 * time.Millisecond})
			enqueued(t, st, more...)
			jobs = append(jobs, more...)
		}
		<-time.After(time.Duration(chance.IntN(1500)) * time.Millisecond)
		i := chance.IntN(len(crew))
		what := crew[i].suffer(chance.IntN(4))
		done[what]++
		if what != "freeze" {
			crew[i] = worker(t, path, "-t", "3", "-c", "4")
		}
	}
	recs := ended(t, st, jobs)
	wantLedger(t, st, jobs, n)
	t.Logf("%d jobs of %d items; %v; %s", len(jobs), n, done, costs(recs))
	for _, r := range recs {
		if r.Attempts != 0 {
			t.Errorf("job %s used %d attempts", r.ID, r.Attempts)
		}
	}
}

// unfinished counts the jobs that wait or run.
func unfinished(t *testing.T, st store.Store) (n int) {
	t.Helper()
	stats, err := st.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range stats.Queues {
		n += q.Counts[store.Ready] + q.Counts[store.Running]
	}
	return n
}

// suffer does one bad thing to a worker and says which.
func (p *process) suffer(which int) string {
	switch which {
	case 0:
		p.signal(syscall.SIGTERM)
		p.exit()
		return "stop"
	case 1:
		p.signal(syscall.SIGKILL)
		p.exit()
		return "kill"
	case 2:
		p.signal(syscall.SIGTERM)
		p.signal(syscall.SIGKILL)
		p.exit()
		return "stop cut short"
	}
	p.signal(syscall.SIGSTOP)
	<-time.After(500 * time.Millisecond)
	p.signal(syscall.SIGCONT)
	return "freeze"
}

func costs(recs []store.Record) string {
	handed, released := 0, 0
	for _, r := range recs {
		handed, released = handed+r.Interruptions, released+r.Releases
	}
	return fmt.Sprintf("%d hand-overs, %d releases", handed, released)
}
