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
	length, n := 15*time.Second, 500
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		length, n = 10*time.Minute, 40_000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	st, path := file(t)
	jobs := ledgers(9, steps{N: n, Each: 10 * time.Millisecond})
	enqueued(t, st, jobs...)
	crew := make([]*process, 3)
	for i := range crew {
		crew[i] = worker(t, path, "-t", "3", "-c", "4")
	}
	done := map[string]int{}
	for end := time.Now().Add(length); time.Now().Before(end); {
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
	t.Logf("%s; %s", fmt.Sprint(done), costs(recs))
	for _, r := range recs {
		if r.Attempts != 0 {
			t.Errorf("job %s used %d attempts", r.ID, r.Attempts)
		}
	}
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
