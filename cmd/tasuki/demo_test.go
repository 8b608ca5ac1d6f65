//go:build unix

package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A playing demo is a process of its own, in the middle of its story.
type playing struct {
	*testing.T
	cmd *exec.Cmd
	out io.ReadCloser
	tmp string
}

// play starts a demo and waits until two workers work.
func play(t *testing.T) *playing {
	t.Helper()
	tree := t.TempDir()
	for i := range 300 {
		if err := os.WriteFile(filepath.Join(tree, strconv.Itoa(i)), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := &playing{T: t, tmp: t.TempDir()}
	p.cmd = exec.Command("tasuki", "demo", tree)
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.tmp)
	var err error
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	lines := bufio.NewScanner(p.out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "took it, beside") {
			return p
		}
	}
	t.Fatal("the demo did not come to two workers at once")
	return nil
}

// workers are the pids of processes whose command line names the demo's file.
func (p *playing) workers() []string {
	p.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(lines) == 0 {
		p.Skip("needs /proc")
	}
	var pids []string
	for _, name := range lines {
		if text, err := os.ReadFile(name); err == nil && strings.Contains(string(text), p.tmp) {
			pids = append(pids, filepath.Base(filepath.Dir(name)))
		}
	}
	return pids
}

// leavesNothing polls until no process and no file of the demo is left.
func (p *playing) leavesNothing(within time.Duration) {
	p.Helper()
	deadline := time.After(within)
	for tick := time.Tick(20 * time.Millisecond); ; {
		files, err := os.ReadDir(p.tmp)
		if err != nil {
			p.Fatal(err)
		}
		workers := p.workers()
		if len(files) == 0 && len(workers) == 0 {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			p.Fatalf("processes %v and files %v are left", workers, files)
		}
	}
}

func (p *playing) exitCode() int {
	err := p.cmd.Wait()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		p.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode()
}

func TestASignalEndsTheDemoAndLeavesNothing(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			p := play(t)
			if n := len(p.workers()); n < 2 {
				t.Fatalf("%d workers are at work: the test would prove nothing", n)
			}
			p.cmd.Process.Signal(s)
			if got, want := p.exitCode(), 128+int(s); got != want {
				t.Errorf("exit code %d, want %d", got, want)
			}
			p.leavesNothing(0)
		})
	}
}

func TestCtrlCReachesTheDemoAndNotItsWorkers(t *testing.T) {
	t.Parallel()
	p := play(t)
	workers := p.workers()
	if len(workers) < 2 {
		t.Fatalf("%d workers are at work: the test would prove nothing", len(workers))
	}
	own, err := syscall.Getpgid(p.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range workers {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		if group, err := syscall.Getpgid(n); err != nil || group == own {
			t.Errorf("worker %d is in process group %d, the demo's own, %v", n, group, err)
		}
	}
}

func TestADemoWhosePipeIsClosedLeavesNothing(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.out.Close()
	if got, want := p.exitCode(), 128+int(syscall.SIGPIPE); got != want {
		t.Errorf("exit code %d, want %d", got, want)
	}
	p.leavesNothing(0)
}

func TestADemoThatIsKilledIsCleanedUpByItsWorkers(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.leavesNothing(20 * time.Second)
}
