package tasuki_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestProcessIdleWorkerExitsWithin200msOfSIGTERM(t *testing.T) {
	_, path := file(t)
	p := worker(t, path)
	began := p.signal(syscall.SIGTERM)
	at, code := p.exit()
	took := at.Sub(began)
	t.Logf("exit after %v", took)
	if took > 200*time.Millisecond || code != 0 {
		t.Errorf("exit %d after %v, want 0 within 200ms", code, took)
	}
}

func TestProcessFullOfResumableJobsHandsOverAndAWaitingWorkerResumesAtOnce(t *testing.T) {
	st, path := file(t)
	const item = 50 * time.Millisecond
	jobs := ledgers(10, steps{N: 60, Each: item})
	enqueued(t, st, jobs...)
	a := worker(t, path)
	a.await("item", 100)
	b := worker(t, path)
	began := a.signal(syscall.SIGTERM)
	exit, code := a.exit()
	if took := exit.Sub(began); took > time.Second+item || code != 0 {
		t.Errorf("exit %d after %v, want 0 within 1 s and one item", code, took)
	}
	// The first item of each resumed job ends one item after it was resumed.
	resumed := b.await("item", 10).at.Add(-item)
	last := a.all("item")
	t.Logf("all handed over and exited after %v; all resumed %v after the exit, %v after the last item", exit.Sub(began), resumed.Sub(exit), resumed.Sub(last[len(last)-1].at))
	if late := resumed.Sub(exit); late > 100*time.Millisecond {
		t.Errorf("the waiting worker had resumed all %v after the exit, want 100ms at most", late)
	}
	wantCosts(t, ended(t, st, jobs), 0)
	wantLedger(t, st, jobs, 60)
}

func TestProcessWhoseHandlersIgnoreEverythingIsGoneWithinItsTimeout(t *testing.T) {
	st, path := file(t)
	var jobs []store.Job
	for range 5 {
		jobs = append(jobs, stubbornKind.Job(5*time.Second, tasuki.Keep(time.Hour)))
	}
	enqueued(t, st, jobs...)
	a := worker(t, path, "-t", "2")
	a.await("run", 5)
	b := worker(t, path)
	began := a.signal(syscall.SIGTERM)
	exit, code := a.exit()
	if took := exit.Sub(began); took > 2*time.Second || code != 0 {
		t.Errorf("exit %d after %v, want 0 within 2s", code, took)
	}
	again := b.await("run", 5).at.Sub(exit)
	t.Logf("exit after %v, all running elsewhere %v later", exit.Sub(began), again)
	if again > 3*time.Second {
		t.Errorf("running elsewhere %v after the exit, want 3s at most", again)
	}
	recs := ended(t, st, jobs)
	wantCosts(t, recs, 5)
	for _, r := range recs {
		if r.Deaths != 0 {
			t.Errorf("job %s: a death was counted although the worker was stopping", r.ID)
		}
	}
	for _, j := range jobs {
		if !strings.Contains(a.log.String(), "did not end in time") || !strings.Contains(a.log.String(), j.ID) {
			t.Errorf("the log does not name job %s:\n%s", j.ID, a.log)
		}
	}
}

func TestProcessStuckInsideCommitIsGoneWithinItsTimeout(t *testing.T) {
	st, path := file(t)
	enqueued(t, st, stuckKind.Job(1))
	p := worker(t, path, "-t", "2")
	p.await("run", 1)
	began := p.signal(syscall.SIGTERM)
	if at, _ := p.exit(); at.Sub(began) > 2*time.Second {
		t.Errorf("exit after %v, want 2s at most", at.Sub(began))
	}
}

func TestProcessKilledIsNoticedByAWitnessOnTheSameMachine(t *testing.T) {
	st, path := file(t)
	jobs := ledgers(3, steps{N: 40, Each: 20 * time.Millisecond})
	enqueued(t, st, jobs...)
	a := worker(t, path)
	a.await("item", 10)
	b := worker(t, path)
	began := a.signal(syscall.SIGKILL)
	took := b.await("item", 1).at.Sub(began)
	t.Logf("running elsewhere %v after kill -9", took)
	if took > 3*time.Second {
		t.Errorf("running elsewhere after %v, want a second or two", took)
	}
	wantCosts(t, ended(t, st, jobs), 3)
	wantLedger(t, st, jobs, 40)
}

// unshared is a wrapper that gives a worker its own PID namespace, so that no
// witness can see its process.
func unshared(t *testing.T) []string {
	t.Helper()
	path, err := exec.LookPath("unshare")
	needs(t, err == nil && os.Getuid() == 0, "unshare as root")
	return []string{path, "--pid", "--fork", "--kill-child", "--mount-proc"}
}

func TestProcessKilledWithoutAWitnessIsReleasedWithin16s(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	jobs := ledgers(3, steps{N: 400, Each: 10 * time.Millisecond})
	enqueued(t, st, jobs...)
	a := workerBy(t, path, unshared(t))
	a.await("item", 10)
	b := worker(t, path)
	b.awaitBeats(2)
	began := a.signal(syscall.SIGKILL)
	took := b.await("item", 3).at.Sub(began)
	t.Logf("running elsewhere %v after kill -9", took)
	if took > 16*time.Second || took < 9*time.Second {
		t.Errorf("running elsewhere after %v, want 9 to 16 s", took)
	}
	wantCosts(t, ended(t, st, jobs), 3)
	wantLedger(t, st, jobs, 400)
}

// awaitBeats waits for so many beats of the worker.
func (p *process) awaitBeats(n uint64) {
	p.t.Helper()
	st := p.store()
	eventually(p.t, "the worker beats", func() bool {
		ws, err := st.Workers(p.t.Context(), store.WorkersRequest{})
		for _, w := range ws {
			if err == nil && w.Name == p.name && w.Beat >= n {
				return true
			}
		}
		return false
	})
}

func TestProcessStoppedFor8sLosesNothingAndNothingHappens(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	jobs := ledgers(3, steps{N: 1200, Each: 10 * time.Millisecond})
	enqueued(t, st, jobs...)
	a := worker(t, path)
	a.await("item", 10)
	b := worker(t, path)
	b.awaitBeats(2)
	a.signal(syscall.SIGSTOP)
	<-time.After(8 * time.Second)
	a.signal(syscall.SIGCONT)
	wantCosts(t, ended(t, st, jobs), 0)
	wantLedger(t, st, jobs, 1200)
	if n := len(b.all("item")); n != 0 {
		t.Errorf("the other worker did %d items", n)
	}
}

func TestProcessStoppedFor30sIsReleasedOnceAndItsWritesChangeNothing(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	jobs := ledgers(3, steps{N: 450, Each: 50 * time.Millisecond})
	hold := holdKind.Job(1, tasuki.Keep(time.Hour))
	enqueued(t, st, append(jobs, hold)...)
	a := worker(t, path)
	a.await("item", 10)
	b := worker(t, path)
	b.awaitBeats(2)
	began := a.stopBetweenWrites(st)
	took := b.await("item", 3).at.Sub(began)
	<-time.After(30*time.Second - time.Since(began))
	a.signal(syscall.SIGCONT)
	if took > 16*time.Second {
		t.Errorf("running elsewhere after %v, want 16s at most", took)
	}
	if cause := a.await("cause:the-job-was-released-to-another-worker", 1); cause.job != hold.ID {
		t.Errorf("the sleeper was told that %s is lost, want %s", cause.job, hold.ID)
	}
	wantCosts(t, ended(t, st, jobs), 3)
	wantLedger(t, st, jobs, 450)
	t.Logf("running elsewhere %v after the SIGSTOP", took)
}

// stopBetweenWrites freezes the process while it does not hold the file's write
// lock: one that is frozen in the middle of a write keeps everybody from writing,
// which is the store being away.
func (p *process) stopBetweenWrites(st *yard) time.Time {
	p.t.Helper()
	for {
		at := p.signal(syscall.SIGSTOP)
		// One of its threads may be on its way into a lock still.
		eventually(p.t, "all threads are frozen", func() bool { return frozen(p.pid()) })
		ctx, cancel := context.WithTimeout(p.t.Context(), 500*time.Millisecond)
		err := st.Pause(ctx, []string{"nobody's"}, false)
		cancel()
		if err == nil {
			return at
		}
		p.signal(syscall.SIGCONT)
	}
}

// frozen says whether every thread of a process is stopped.
func frozen(pid int) bool {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		// The state stands behind the name, which is in parentheses.
		if _, rest, _ := strings.Cut(string(stat), ") "); err == nil && !strings.HasPrefix(rest, "T") {
			return false
		}
	}
	return err == nil && len(stats) > 0
}

func TestProcessesWhoseStoreIsAwayForAMinuteReleaseNobodyAndDoNothingTwice(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	jobs := ledgers(6, steps{N: 300, Each: 20 * time.Millisecond})
	enqueued(t, st, jobs...)
	a := worker(t, path, "-c", "3")
	b := worker(t, path, "-c", "3")
	a.await("item", 10)
	b.await("item", 10)
	// Whoever holds the write lock is the store being away: no write is
	// answered.
	conn, err := st.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	eventually(t, "the write lock is taken", func() bool {
		_, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
		return err == nil
	})
	<-time.After(60 * time.Second)
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	wantCosts(t, ended(t, st, jobs), 0)
	wantLedger(t, st, jobs, 300)
}

func TestProcessesFrozenTogetherReleaseNobodyWhenTheyWake(t *testing.T) {
	t.Parallel()
	st, path := file(t)
	jobs := ledgers(4, steps{N: 300, Each: 20 * time.Millisecond})
	enqueued(t, st, jobs...)
	var all []*process
	for range 3 {
		p := workerBy(t, path, unshared(t), "-c", "2")
		p.awaitBeats(2)
		all = append(all, p)
	}
	all[0].await("item", 10)
	for _, p := range all {
		p.signal(syscall.SIGSTOP)
	}
	<-time.After(25 * time.Second)
	for _, p := range all {
		p.signal(syscall.SIGCONT)
	}
	wantCosts(t, ended(t, st, jobs), 0)
	wantLedger(t, st, jobs, 300)
}
