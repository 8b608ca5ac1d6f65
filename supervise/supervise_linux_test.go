package supervise_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/internal/workertest"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(workertest.Variable) != "":
		os.Exit(workertest.Main())
	case os.Getenv(engineStore) != "":
		os.Exit(engine(os.Getenv(engineStore)))
	case os.Getenv(changesUser) != "":
		os.Exit(becomeRoot())
	case os.Getenv(supervisorSetup) != "":
		os.Exit(supervisor(os.Getenv(supervisorSetup)))
	}
	os.Exit(m.Run())
}

// changesUser has this program, installed to run as root, become root in every respect.
const changesUser = "SUPERVISE_TEST_CHANGES_USER"

func becomeRoot() int {
	if err := syscall.Setresuid(0, 0, 0); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	<-time.After(time.Hour)
	return 0
}

func there(file string) bool { _, err := os.Stat(file); return err == nil }

// yard is a supervisor of such workers.
type yard struct {
	t   *testing.T
	dir string
	s   *supervise.Supervisor
	end func()
}

func start(t *testing.T, change func(*supervise.Config)) *yard {
	t.Helper()
	y := &yard{t: t, dir: t.TempDir()}
	y.run(change)
	return y
}

func (y *yard) config() supervise.Config {
	return supervise.Config{Workers: 3, Dir: filepath.Join(y.dir, "d"), Log: slog.New(slog.NewTextHandler(y.t.Output(), nil)),
		Worker: supervise.Worker{Command: []string{os.Args[0]}, Kind: supervise.Tasuki, Env: []string{workertest.Variable + "=" + y.dir}}}
}

func (y *yard) run(change func(*supervise.Config)) {
	y.t.Helper()
	cfg := y.config()
	if change != nil {
		change(&cfg)
	}
	s, err := supervise.New(cfg)
	if err != nil {
		y.t.Fatal(err)
	}
	y.s = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	y.end = func() {
		cancel()
		if err := <-done; err != nil {
			y.t.Errorf("Run: %v", err)
		}
	}
	y.t.Cleanup(func() { cancel() })
}

type line = workertest.Line

// log is what the workers wrote down.
func (y *yard) log() []line { return workertest.Log(y.dir) }

// until waits until what holds.
func (y *yard) until(what string, holds func() bool) {
	y.t.Helper()
	workertest.Until(y.t, y.dir, what, holds)
}

func (y *yard) count(what string) int {
	n := 0
	for _, l := range y.log() {
		if l.What == what {
			n++
		}
	}
	return n
}

func TestNWorkersAreStartedAndStoppedWithTheSupervisor(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	y.end()
	if y.count("end") != 3 {
		t.Errorf("%+v", y.log())
	}
}

func TestARestartStartsTheNewOneBeforeTheOldOneGoesQuiet(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	y.until("the old ones end", func() bool { return y.count("end") == 3 })
	y.end()
	starts, quiets := 0, 0
	for _, l := range y.log() {
		switch l.What {
		case "start":
			starts++
		case "stopped":
			quiets++
			if starts < 3+quiets {
				t.Errorf("worker %s went quiet before its successor was there", l.Worker)
			}
		}
	}
	if y.count("start") != 6 || y.count("end") != 6 {
		t.Errorf("%+v", y.log())
	}
}

func TestBusyWorkersAreRestartedAtTheSameTimeAndNoneIsKilled(t *testing.T) {
	y := start(t, nil)
	os.WriteFile(filepath.Join(y.dir, "busy"), nil, 0o600)
	y.ready(3)
	y.until("three are busy", func() bool { all, _ := filepath.Glob(filepath.Join(y.dir, "busy-*")); return len(all) == 3 })
	os.Remove(filepath.Join(y.dir, "busy"))
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if y.count("start") != 6 || y.count("end") != 0 {
		t.Errorf("%+v", y.log())
	}
	all, _ := filepath.Glob(filepath.Join(y.dir, "busy-*"))
	for _, f := range all {
		os.Remove(f)
	}
	y.until("the old ones end", func() bool { return y.count("end") == 3 })
	y.end()
}

func TestANewVersionThatDoesNotBecomeReadyLeavesTheOldOnesAtWork(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	os.WriteFile(filepath.Join(y.dir, "bad"), nil, 0o600)
	err := y.s.Restart(t.Context(), false)
	if err == nil || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("Restart: %v", err)
	}
	if y.count("bad") != 1 || y.count("end") != 0 || y.count("stopped") != 0 {
		t.Errorf("%+v", y.log())
	}
	y.end()
}

func TestAKilledWorkerIsReplaced(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	syscall.Kill(y.log()[0].PID, syscall.SIGKILL)
	y.until("a fourth starts", func() bool { return y.count("start") == 4 })
	y.end()
}

// A signal is written down before it is sent: whoever kills the supervisor then, the next
// one knows what the worker was told, or may have been.
func TestASignalIsWrittenDownBeforeItIsSent(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	for range 5 {
		if err := y.s.Restart(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	y.end()
	all := y.log()
	for i, l := range all {
		if phase, is := strings.CutPrefix(l.What, "record "); is && phase != "quiet" && phase != "stopping" {
			t.Errorf("worker %s was told %v and was recorded as %q", l.Worker, all[i+1:min(i+2, len(all))], phase)
		}
	}
	if n := y.count("record quiet") + y.count("record stopping"); n < 15 {
		t.Errorf("%d signals were seen", n)
	}
}
