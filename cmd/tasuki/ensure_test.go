//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
)

// A workshop is a directory with workers, and the configuration of their set.
type workshop struct {
	*testing.T
	home string // where tasuki.yml is
	dir  string // where locks are
}

// patient is a worker that does nothing until it is told to end.
const patient = "#!/bin/sh\nexec sleep 1000\n"

// newWorkshop makes one of n workers; more is further lines of tasuki.yml.
func newWorkshop(t *testing.T, n int, script, more string) *workshop {
	t.Helper()
	home := t.TempDir()
	w := &workshop{T: t, home: home, dir: filepath.Join(home, "d")}
	w.write("tasuki.yml", fmt.Sprintf("name: shop\ndir: d\ncommand: ./w.sh\nworkers: %d\nready: 50ms\n%s", n, more))
	w.write("w.sh", script)
	t.Cleanup(func() {
		w.run("stop", "--timeout", "5", "--kill")
		for _, p := range w.living() { // what a failed test left
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
	})
	return w
}

func (w *workshop) write(name, text string) {
	w.Helper()
	if err := os.WriteFile(filepath.Join(w.home, name), []byte(text), 0o755); err != nil {
		w.Fatal(err)
	}
}

// run runs a command of tasuki's and answers its exit code and all it printed.
func (w *workshop) run(args ...string) (int, string) {
	cmd := w.command(args...)
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

func (w *workshop) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tasuki", append(args, "--file", filepath.Join(w.home, "tasuki.yml"))...)
	cmd.Dir = "/"
	return cmd
}

func (w *workshop) must(args ...string) string {
	w.Helper()
	code, out := w.run(args...)
	if code != 0 {
		w.Fatalf("tasuki %v: exit code %d: %s", args, code, out)
	}
	return out
}

// look is how all is.
func (w *workshop) look() *supervise.Status {
	w.Helper()
	st, err := control.Look(w.dir)
	if err != nil {
		w.Fatal(err)
	}
	return st
}

// living are the processes of workers, as /proc shows them: of those that a supervisor
// started the first, not what it started in turn.
func (w *workshop) living() (workers []proc.Process) {
	all, err := proc.All()
	if err != nil {
		w.Fatal(err)
	}
	for _, p := range all {
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID))
		if !p.Ended() && p.Group == p.PID && bytes.Contains(env, []byte("NOTIFY_SOCKET="+w.dir+"/n-")) {
			workers = append(workers, p)
		}
	}
	return workers
}

// supervisors are the processes of supervisors of this workshop.
func (w *workshop) supervisors() (pids []int) {
	all, err := proc.All()
	if err != nil {
		w.Fatal(err)
	}
	for _, p := range all {
		words, _ := proc.Command(p.PID)
		if !p.Ended() && slices.Contains(words, "supervise") && strings.Contains(strings.Join(words, " "), w.home) {
			pids = append(pids, p.PID)
		}
	}
	return pids
}

// until waits until what holds.
func (w *workshop) until(what string, holds func() bool) {
	w.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			log, _ := os.ReadFile(filepath.Join(w.dir, "tasuki.log"))
			w.Fatalf("not within 30 s: %s\n%+v\n%s", what, w.look(), log)
		case <-tick.C:
		}
	}
}

func (w *workshop) runs() bool { return w.look().State == supervise.Running }

func TestAHundredEnsuresAtOnceStartOneSupervisorAndNWorkers(t *testing.T) {
	w := newWorkshop(t, 3, patient, "")
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if code, out := w.run("ensure"); code != 0 || out != "" {
				t.Errorf("exit code %d, printed %q", code, out)
			}
		})
	}
	all.Wait()
	w.until("three workers", w.runs)
	if pids := w.supervisors(); len(pids) != 1 {
		t.Errorf("supervisors: %v", pids)
	}
	if living := w.living(); len(living) != 3 {
		t.Errorf("workers: %v", living)
	}
}

func TestAnEnsureThatFindsASupervisorIsGoneInFiftyMilliseconds(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	w.must("start")
	best := time.Hour
	for range 20 { // this machine has other things to do
		began := time.Now()
		if out := w.must("ensure"); out != "" {
			t.Fatalf("it printed %q", out)
		}
		best = min(best, time.Since(began))
	}
	allowed := 50 * time.Millisecond
	if raced {
		allowed = 500 * time.Millisecond
	}
	t.Logf("the fastest of 20 took %v", best)
	if best > allowed {
		t.Errorf("that is more than %v", allowed)
	}
}

// A supervisor that is killed at any moment leaves workers; whoever comes next must find
// each of them.
func TestKillingTheSupervisorFiftyTimesNeverMakesMoreThanNWorkers(t *testing.T) {
	const n, kills = 3, 50
	w := newWorkshop(t, n, patient, "")
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 2 { // cron, and somebody else
		all.Go(func() {
			for ctx.Err() == nil {
				if code, out := w.run("ensure"); code != 0 && !strings.Contains(out, "supervisor ended") && ctx.Err() == nil {
					t.Errorf("ensure: exit code %d: %s", code, out)
				}
			}
		})
	}
	var most atomic.Int64
	all.Go(func() {
		for ctx.Err() == nil {
			living := int64(len(w.living()))
			most.Store(max(most.Load(), living))
			if living > n {
				t.Errorf("%d workers live", living)
				return
			}
		}
	})
	killed := 0
	w.until("fifty kills", func() bool {
		wait := time.NewTimer(rand.N(120 * time.Millisecond))
		defer wait.Stop()
		<-wait.C
		for _, pid := range w.supervisors() {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed++
			}
		}
		return killed >= kills
	})
	w.until("three workers", w.runs)
	cancel()
	all.Wait()
	st := w.look()
	pids := map[int]bool{}
	for _, worker := range st.Living() {
		pids[worker.PID] = true
	}
	if living := w.living(); len(living) != n || len(pids) != n {
		t.Errorf("%d workers live, the status has %v", len(living), pids)
	}
	t.Logf("%d kills, at most %d workers at a time", killed, most.Load())
}
