package supervise_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// supervisorSetup is where this test binary, run as a supervisor, finds its setup.
const supervisorSetup = "SUPERVISE_TEST_SETUP"

// A setup is what can be said of a configuration in a file.
type setup struct {
	Workers int
	Dir     string
	Worker  supervise.Worker
	Restart supervise.Restart
	Timeout time.Duration
	Store   string // whose jobs it releases; empty: it is no witness
}

func (s setup) config(log *slog.Logger) supervise.Config {
	return supervise.Config{Workers: s.Workers, Dir: s.Dir, Worker: s.Worker, Restart: s.Restart, Timeout: s.Timeout, Log: log}
}

// supervisor is a process that supervises until SIGTERM. SIGUSR1 restarts; what came of
// it is a line on standard output.
func supervisor(text string) int {
	var set setup
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 64
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGUSR1)
	cfg := set.config(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	cfg.Output = os.Stderr
	if set.Store != "" {
		st, err := openStore(set.Store)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer st.Close()
		cfg.Witness = supervise.Releaser{Store: st}
	}
	s, err := supervise.New(cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 64
	}
	fmt.Println("hears")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for sig := range signals {
			if sig == syscall.SIGTERM {
				cancel()
				continue
			}
			go func() {
				if err := s.Restart(ctx, false); err != nil {
					fmt.Println("restart failed:", err)
					return
				}
				fmt.Println("restarted")
			}()
		}
	}()
	if err := s.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A boss is a supervisor that is a process of its own, and can be killed.
type boss struct {
	t    *testing.T
	cmd  *exec.Cmd
	said string // a file with what it says
}

// hire starts a supervisor, behind other programs if they are named. It writes to files,
// which outlive it.
func hire(t *testing.T, set setup, before ...string) *boss {
	t.Helper()
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	b := &boss{t: t, said: filepath.Join(t.TempDir(), "said")}
	words := append(before, os.Args[0])
	b.cmd = exec.Command(words[0], words[1:]...)
	out, err := os.Create(b.said)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	log, err := os.OpenFile(logFile(set), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	b.cmd.Env = append(os.Environ(), supervisorSetup+"="+string(text), "GORACE=atexit_sleep_ms=0")
	b.cmd.Stdout, b.cmd.Stderr = out, log
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.kill)
	within(t, 30*time.Second, "the supervisor hears", func() bool { text, _ := os.ReadFile(b.said); return len(text) > 0 })
	return b
}

func logFile(set setup) string { return set.Dir + ".log" }

// kill kills the supervisor and nobody else.
func (b *boss) kill() {
	if b.cmd.ProcessState == nil {
		b.cmd.Process.Kill()
		b.cmd.Wait()
	}
}

// stop stops it and its workers.
func (b *boss) stop() {
	b.t.Helper()
	b.cmd.Process.Signal(syscall.SIGTERM)
	if err := b.cmd.Wait(); err != nil {
		b.t.Errorf("supervisor: %v", err)
	}
}

// A live is a worker's process as this machine shows it.
type live struct {
	proc.Process
	slot, generation string
}

// lives are the workers of a directory that live now, whoever started them.
func lives(t *testing.T, dir string) []live {
	t.Helper()
	all, err := proc.All()
	if err != nil {
		t.Fatal(err)
	}
	var found []live
	for _, p := range all {
		env := environOf(p.PID)
		if p.Group == p.PID && !p.Ended() && strings.HasPrefix(env["NOTIFY_SOCKET"], dir+"/") {
			found = append(found, live{p, env["TASUKI_SLOT"], env["TASUKI_GENERATION"]})
		}
	}
	return found
}

func environOf(pid int) map[string]string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	env := map[string]string{}
	for v := range strings.SplitSeq(string(text), "\x00") {
		if name, value, ok := strings.Cut(v, "="); ok {
			env[name] = value
		}
	}
	return env
}

// endAll kills what a test left behind of its workers.
func endAll(t *testing.T, dir string) {
	t.Cleanup(func() {
		for _, p := range lives(t, dir) {
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
	})
}

// within waits until what holds.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(limit), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("not within %v: %s", limit, what)
		case <-tick.C:
		}
	}
}

// slots are the identities of workers, in order.
func slots(all []live) []string {
	var names []string
	for _, p := range all {
		names = append(names, p.slot)
	}
	slices.Sort(names)
	return names
}
