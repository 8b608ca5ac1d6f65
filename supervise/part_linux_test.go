package supervise_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// part is a job whose first run starts a program and then parts from it: the whole worker
// ends in the way that is named, or the run alone. A further run notes whether the program
// of the first one still runs beside it.
func part(book, id, how string) error {
	programs := book + ".programs"
	text, err := os.ReadFile(programs)
	if err == nil {
		for _, pid := range strings.Fields(string(text)) {
			if n, _ := strconv.Atoi(pid); !ended(n) {
				enter(book, "met", id)
			}
		}
		return nil
	}
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := os.WriteFile(programs, fmt.Appendln(nil, cmd.Process.Pid), 0o600); err != nil {
		return err
	}
	switch how {
	case "a panic of no job's":
		go panic("of a goroutine of the handler's own")
	case "exit code 1":
		os.Exit(1)
	case "exit code 0":
		os.Exit(0)
	case "the end of the run alone":
		return nil
	}
	select {} // also when the worker stops
}

// left are the programs that jobs started.
func (p *plant) left() (pids []int) {
	text, _ := os.ReadFile(p.book + ".programs")
	for _, field := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(field); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// ends waits for the end of a run.
func (p *plant) ends(id string) {
	p.t.Helper()
	within(p.t, 30*time.Second, "a run of the job ends", func() bool {
		return slices.ContainsFunc(readBook(p.book), func(r run) bool { return r.id == id && r.what == "end" })
	})
}

// partPlant is a plant whose jobs part from their programs.
func partPlant(t *testing.T) *plant {
	p := newPlant(t, filepath.Join(t.TempDir(), "jobs.db"), func(s *setup) {
		s.Workers = 2
		s.Worker.Env = append(s.Worker.Env, "TASUKI_TIMEOUT=1")
	})
	t.Cleanup(func() {
		for _, pid := range p.left() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	within(t, 30*time.Second, "workers live", func() bool { return len(lives(t, p.set.Dir)) == 2 })
	return p
}

// Whatever ended the worker: where its jobs run anew, none of them meets what is left of
// its run before.
func TestAJobThatRunsAnewMeetsNoProgramOfItsRunBefore(t *testing.T) {
	for _, how := range []string{"a panic of no job's", "exit code 1", "exit code 0", "a stop that its job outlives"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			p := partPlant(t)
			id := p.enqueue(partKind.Job(how))[0]
			within(t, 30*time.Second, "the job has started its program", func() bool { return len(p.left()) == 1 })
			if strings.HasPrefix(how, "a stop") {
				syscall.Kill(p.begins(id)[0].pid, syscall.SIGTERM)
			}
			p.done(id)
			book := readBook(p.book)
			if slices.ContainsFunc(book, func(r run) bool { return r.what == "met" }) || len(p.begins(id)) != 2 {
				t.Errorf("the second run met the program of the first: %+v", book)
			}
			if !ended(p.left()[0]) {
				t.Error("the program runs")
			}
			says(t, p.set, "programs of a worker", "were killed with it", "sleep (pid "+strconv.Itoa(p.left()[0]))
			p.boss.stop()
		})
	}
}

// A worker that has ended or handed over all its jobs leaves nothing to run anew.
func TestWhatJobsLeftOfAWorkerThatWasStoppedLivesOn(t *testing.T) {
	t.Parallel()
	p := partPlant(t)
	id := p.enqueue(partKind.Job("the end of the run alone"))[0]
	p.ends(id)
	p.boss.stop()
	if len(p.left()) != 1 || ended(p.left()[0]) {
		t.Error("the program was ended with its worker")
	}
	if text, _ := os.ReadFile(logFile(p.set)); !bytes.Contains(text, []byte("programs of a worker that has ended live on")) {
		t.Errorf("it is not named:\n%s", text)
	}
}

// What stands in front of a worker may end before it: the worker has its jobs still.
func TestAWorkerThatOutlivesTheShellInFrontOfItIsNotKilled(t *testing.T) {
	t.Parallel()
	p := newPlant(t, filepath.Join(t.TempDir(), "jobs.db"), func(s *setup) {
		s.Workers = 1
		s.Worker.Command = []string{"sh", "-c", "trap 'kill -TERM $!; exit 0' TERM; " + os.Args[0] + " & wait"}
	})
	file := filepath.Join(t.TempDir(), "go")
	id := p.enqueue(lastKind.Job(file))[0]
	within(t, 30*time.Second, "the job runs", func() bool { return len(p.begins(id)) == 1 })
	worker := p.begins(id)[0].pid
	t.Cleanup(func() { syscall.Kill(worker, syscall.SIGKILL) })
	shell := lives(t, p.set.Dir)[0].PID
	if shell == worker {
		t.Fatal("no shell is in front of it")
	}
	syscall.Kill(shell, syscall.SIGTERM)
	says(t, p.set, "programs of a worker that has ended live on", "(pid "+strconv.Itoa(worker)+")")
	os.WriteFile(file, nil, 0o600)
	p.ends(id)
	if n := len(p.begins(id)); n != 1 {
		t.Errorf("the job began %d times", n)
	}
	p.boss.stop()
}
