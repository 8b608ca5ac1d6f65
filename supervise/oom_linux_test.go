package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// cage makes a control group that may have so much memory, and answers the file that takes
// processes into it.
func cage(t *testing.T, limit int) string {
	t.Helper()
	root, file := "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
	if !there(root) {
		root, file = "/sys/fs/cgroup", "memory.max"
	}
	dir := filepath.Join(root, fmt.Sprintf("tasuki-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Skipf("no control group can be made (%v)", err)
	}
	t.Cleanup(func() {
		for range 200 {
			if err := os.Remove(dir); err == nil || errors.Is(err, os.ErrNotExist) {
				return
			}
			<-time.After(10 * time.Millisecond)
		}
		t.Errorf("%s is not empty", dir)
	})
	if err := os.WriteFile(filepath.Join(dir, file), fmt.Append(nil, limit), 0o600); err != nil {
		t.Skipf("no memory limit can be set (%v)", err)
	}
	return filepath.Join(dir, "cgroup.procs")
}

// A deathbook is a witness that writes down what it is told.
type deathbook struct {
	deaths chan supervise.Death
	fail   chan error // what it answers first
}

func newDeathbook() *deathbook {
	return &deathbook{deaths: make(chan supervise.Death, 100), fail: make(chan error, 100)}
}

func (b *deathbook) Died(_ context.Context, d supervise.Death) (int, error) {
	b.deaths <- d
	select {
	case err := <-b.fail:
		return 0, err
	default:
		return 7, nil
	}
}

func TestAWorkerThatTheKernelKilledForItsMemoryIsToldFromOneThatWasKilled(t *testing.T) {
	procs := cage(t, 24<<20)
	hungry := filepath.Join(t.TempDir(), "hungry")
	deaths := newDeathbook()
	// It joins the group by itself, so that the supervisor has to look.
	y, book := shell(t, "echo $$ > "+procs+"; while ! [ -e "+hungry+" ]; do sleep 0.1; done; exec tail /dev/zero",
		func(cfg *supervise.Config) { cfg.Witness = deaths })
	y.until("it is ready", func() bool { return book.with("worker is ready") == 1 })
	within(t, 10*time.Second, "it was looked at", func() bool { return y.s.Looked() >= 2 })
	os.WriteFile(hungry, nil, 0o600)
	d := <-deaths.deaths
	if !strings.HasPrefix(d.Why, "killed by signal 9 (OOM: yes) after ") {
		t.Errorf("%q", d.Why)
	}
	os.Remove(hungry)
	y.until("another is ready", func() bool { return book.with("worker is ready") == 2 })
	within(t, 10*time.Second, "it was looked at", func() bool { return y.s.Looked() >= 6 })
	pid := lives(t, filepath.Join(y.dir, "d"))[0].PID
	syscall.Kill(pid, syscall.SIGKILL)
	if d = <-deaths.deaths; !strings.HasPrefix(d.Why, "killed by signal 9 (OOM: no) after ") {
		t.Errorf("%q", d.Why)
	}
	y.end()
}

// leaver is a supervisor of one worker of the kind whose job has started programs: two in
// its group, one in a session of its own.
func leaver(t *testing.T, kind supervise.Kind, deaths *deathbook) (y *yard, worker int, programs []int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pids")
	book := &logbook{}
	y = start(t, func(cfg *supervise.Config) {
		cfg.Workers, cfg.Witness, cfg.Log = 1, deaths, slog.New(slog.NewTextHandler(book, nil))
		cfg.Worker = supervise.Worker{Kind: kind, Ready: supervise.Ready{Alive: 10 * time.Millisecond}, Command: []string{"sh", "-c",
			"if [ -e " + file + " ]; then exec sleep 2000; fi; trap 'exit 0' TERM; sleep 1000 & a=$!; sleep 1001 & b=$!; setsid sleep 1002 & echo $$ $a $b $! > " + file + ".part; mv " + file + ".part " + file + "; wait"}}
	})
	y.until("its programs run", func() bool { return there(file) })
	programs = make([]int, 3)
	text, _ := os.ReadFile(file)
	if n, err := fmt.Sscan(string(text), &worker, &programs[0], &programs[1], &programs[2]); n != 4 {
		t.Fatal(err)
	}
	y.until("the third has left the group", func() bool {
		p, err := proc.Read(programs[2])
		return err == nil && p.Session == p.PID
	})
	t.Cleanup(func() {
		for _, pid := range programs {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return y, worker, programs
}

func ended(pid int) bool {
	p, err := proc.Read(pid)
	return err != nil || p.Ended()
}

func TestWhatAKilledWorkerOfOursHadStartedIsGoneBeforeItsJobsAreReleased(t *testing.T) {
	deaths := newDeathbook()
	y, worker, programs := leaver(t, supervise.Tasuki, deaths)
	syscall.Kill(worker, syscall.SIGKILL)
	d := <-deaths.deaths
	if d.Process.PID != worker || !ended(worker) || !ended(programs[0]) || !ended(programs[1]) {
		t.Errorf("when the witness was told of %d: worker %v, programs %v %v", d.Process.PID, ended(worker), ended(programs[0]), ended(programs[1]))
	}
	if ended(programs[2]) {
		t.Error("a program that left the worker's group was killed")
	}
	y.end()
}

func TestWhatAWorkerThatEndedHadStartedLivesOn(t *testing.T) {
	for _, kind := range []supervise.Kind{supervise.Tasuki, supervise.Other} {
		deaths := newDeathbook()
		y, worker, programs := leaver(t, kind, deaths)
		y.end()
		if d := <-deaths.deaths; d.Process.PID != worker || !strings.HasPrefix(d.Why, "exit code 0 after ") {
			t.Errorf("%+v", d)
		}
		if slices.ContainsFunc(programs, ended) {
			t.Errorf("programs of a worker of kind %s were killed", kind)
		}
	}
}

func TestAWitnessThatFailsIsAskedAgainAndHoldsNobodyUp(t *testing.T) {
	deaths := newDeathbook()
	for range 3 {
		deaths.fail <- errors.New("the store is away")
	}
	y, book := shell(t, "exec sleep 1000", func(cfg *supervise.Config) {
		cfg.Witness, cfg.Worker.Ready = deaths, supervise.Ready{Alive: 10 * time.Millisecond}
	})
	y.until("it is ready", func() bool { return book.with("worker is ready") == 1 })
	syscall.Kill(lives(t, filepath.Join(y.dir, "d"))[0].PID, syscall.SIGKILL)
	y.until("another is ready", func() bool { return book.with("worker is ready") == 2 })
	y.until("it is told four times", func() bool { return len(deaths.deaths) == 4 })
	y.until("its release is told", func() bool { return book.with("what a dead worker held was released", "jobs=7") == 1 })
	if n := book.with("could not be released yet", "the store is away"); n != 3 {
		t.Errorf("%d failures are told", n)
	}
	y.end()
}

func TestOfAWorkerOfAnotherKindThatIsKilledProgramsLiveOn(t *testing.T) {
	deaths := newDeathbook()
	y, worker, programs := leaver(t, supervise.Other, deaths)
	syscall.Kill(worker, syscall.SIGKILL)
	<-deaths.deaths
	if slices.ContainsFunc(programs, ended) {
		t.Error("programs were killed")
	}
	y.end()
}

// Of a process that is another's child kernels before 6.15 do not tell how it ended.
func TestOfAWorkerThatWasTakenOverItIsKnownHowItEnded(t *testing.T) {
	set := yardSetup(t, 1)
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	second := hire(t, set)
	says(t, set, "worker taken over")
	syscall.Kill(worker.PID, syscall.SIGKILL)
	says(t, set, "worker ended", fmt.Sprintf("pid=%d", worker.PID))
	text, _ := os.ReadFile(logFile(set))
	if !strings.Contains(string(text), "how=\"killed by signal 9 (OOM: no)\"") {
		t.Errorf("it is not told how it ended (kernel %s)", kernel())
	}
	second.stop()
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return strings.TrimSpace(string(text))
}
