package tasuki_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// orders are jobs as an audit knows them.
func orders(jobs []store.Job) []*order {
	var all []*order
	for _, j := range jobs {
		all = append(all, &order{id: j.ID, kind: j.Kind, at: time.Now(), due: time.Now(), goOnly: true})
	}
	return all
}

// TestProcessesOnRedisKilledAnywhere…: what a killed worker has in its hands is run again,
// and nothing else.
func TestProcessesOnRedisKilledAnywhereLoseNothingAndDoNothingTwiceThatWasRecorded(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	jobs := jobsOf(3000, func() store.Job { return plainKind.Job(nap{chance.IntN(6)}) })
	y.add(jobs...)
	var b blows
	for range 12 {
		p := y.worker(nil, "-c", "5")
		p.await("begin", 1)
		<-time.After(time.Duration(chance.IntN(150)) * time.Millisecond)
		b.strike(p.name, wasKilled, p.kill)
	}
	last := y.worker(nil, "-c", "20")
	m := mixed{redisYard: y}
	m.awaitIdle()
	last.signal(syscall.SIGTERM)
	last.exit()
	y.wantNothingLeft()
	a := newAudit(t, &b, orders(jobs), y.book.read(t))
	a.judge()
	// Twelve workers had up to five jobs each, and a few that were done and not yet recorded.
	if n := a.verdict["run"] - len(jobs); n > 12*30 {
		t.Errorf("%d runs too many", n)
	}
}

// TestProcessesOnRedisThatIsKilled…: the workers live, so no job has a reason to run twice.
func TestProcessesOnRedisThatIsKilledRunEachJobOnce(t *testing.T) {
	for _, how := range []string{"killed, AOF at every command", "shut down, AOF every second"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			kill := strings.HasPrefix(how, "killed")
			y := redisAt(t, redistest.Options{AOF: map[bool]string{true: "always", false: "everysec"}[kill]})
			for range 2 {
				y.worker(nil, "-c", "5")
			}
			var jobs []store.Job
			var wg sync.WaitGroup
			ctx, end := context.WithCancel(t.Context())
			wg.Go(func() { jobs = y.enqueueUntil(ctx) })
			for range 12 {
				<-time.After(time.Duration(rand.IntN(600)) * time.Millisecond)
				if kill {
					if err := y.db.Server.Kill(); err != nil {
						t.Error(err)
					}
				}
				if err := y.db.Server.Restart(t.Context()); err != nil {
					t.Error(err)
				}
			}
			end()
			wg.Wait()
			ids := make([]string, len(jobs))
			for i := range jobs {
				ids[i] = jobs[i].ID
			}
			y.awaitDone(ids)
			y.wantRuns(ids, "done")
			t.Logf("%d jobs", len(ids))
		})
	}
}

// enqueueUntil enqueues short jobs until ctx ends. What was not answered it sends again.
func (y *redisYard) enqueueUntil(ctx context.Context) (jobs []store.Job) {
	for ctx.Err() == nil {
		job := plainKind.Job(nap{1})
		job.ID = store.NewID()
		for {
			if _, err := y.Enqueue(y.t.Context(), []store.Job{job}); err == nil {
				break
			} else if y.t.Context().Err() != nil {
				y.t.Error(err)
				return jobs
			}
			<-time.After(5 * time.Millisecond)
		}
		jobs = append(jobs, job)
		<-time.After(3 * time.Millisecond)
	}
	return jobs
}

// TestAProducerOnRedisThatIsKilled…: what it heard of is there, and once.
func TestAProducerOnRedisThatIsKilledHasEnqueuedWhatItHeardOfOnce(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	for range 5 {
		p := spawn(t, y.db.URL(), []string{"env", childProduces + "=1", testBinary(t)})
		p.await("added", 20)
		p.signal(syscall.SIGKILL)
		p.exit()
		there := map[string]int{}
		for _, id := range y.waiting("default") {
			there[id]++
		}
		heard := p.all("added")
		for _, l := range heard {
			if there[l.job] != 1 {
				t.Errorf("job %s is there %d times", l.job, there[l.job])
			}
			delete(there, l.job)
		}
		if len(there) > 1 { // that on whose way it was killed
			t.Errorf("%d jobs are there that nobody heard of: %v", len(there), there)
		}
		redistest.Ask[int64](t, y.db, "UNLINK", "queue:default")
	}
}

const childProduces = "TASUKI_TEST_CHILD_PRODUCES"

// produce is the producer process.
func produce(st *yard, say func(what, job string)) {
	for ctx := context.Background(); ; {
		job := plainKind.Job(nap{1})
		job.ID = store.NewID()
		if _, err := tasuki.Enqueue(ctx, st, job); err == nil {
			say("added", job.ID)
		}
	}
}
