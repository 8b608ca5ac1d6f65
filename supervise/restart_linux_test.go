package supervise_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// ready waits until so many workers were started, and count as ready.
func (y *yard) ready(n int) {
	y.t.Helper()
	y.until(fmt.Sprintf("%d are ready", n), func() bool {
		files := y.files("worker-*.json")
		for _, f := range files {
			if text, _ := os.ReadFile(f); !strings.Contains(string(text), `"phase":"working"`) {
				return false
			}
		}
		return y.count("start") == n && len(files) == n
	})
}

// files are those of the supervisor's directory.
func (y *yard) files(pattern string) []string {
	all, _ := filepath.Glob(filepath.Join(y.dir, "d", pattern))
	return all
}

// file makes a file in the yard, and unfile removes it.
func (y *yard) file(name string)   { os.WriteFile(filepath.Join(y.dir, name), nil, 0o600) }
func (y *yard) unfile(name string) { os.Remove(filepath.Join(y.dir, name)) }

func TestANewVersionThatIsNotReadyInTimeLeavesTheOldOnesAtWork(t *testing.T) {
	y := start(t, func(cfg *supervise.Config) { cfg.Restart.ReadyTimeout = 2 * time.Second })
	y.ready(3)
	y.file("slow")
	if err := y.s.Restart(t.Context(), false); err == nil || !strings.Contains(err.Error(), "was not ready within 2s") {
		t.Errorf("Restart: %v", err)
	}
	if n := y.count("stopped"); n != 0 {
		t.Errorf("%d went quiet", n)
	}
	y.unfile("slow")
	y.end()
}

func TestASecondRestartJoinsTheFirstAndReplacesWhatItHadStarted(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	y.file("slow")
	first := make(chan error, 1)
	go func() { first <- y.s.Restart(t.Context(), false) }()
	y.until("a fourth starts", func() bool { return y.count("start") == 4 })
	y.unfile("slow")
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Error(err)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
	for slot := range 3 {
		if last := y.last(slot); last.Generation != "3" {
			t.Errorf("slot %d has generation %s", slot, last.Generation)
		}
	}
	y.end()
}

// last is the worker of a slot that was started last.
func (y *yard) last(slot int) (last line) {
	for _, l := range y.log() {
		if name, _, _ := strings.Cut(l.Worker, "."); l.What == "start" && name == fmt.Sprint(slot) {
			last = l
		}
	}
	return last
}

func TestStopFirstLetsOneWorkerEndBeforeItsSuccessorStarts(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	if err := y.s.Restart(t.Context(), true); err != nil {
		t.Error(err)
	}
	y.end()
	y.neverMoreThan(3)
}

func TestWithTooLittleMemoryOldWorkersEndFirst(t *testing.T) {
	y := start(t, nil)
	y.ready(3)
	y.s.SetFree(func() int64 { return 1 << 20 })
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Error(err)
	}
	y.end()
	y.neverMoreThan(3)
	if y.count("start") != 6 {
		t.Errorf("%+v", y.log())
	}
}

func TestASurgeOfOneNeverHasMoreThanOneWorkerBeyond(t *testing.T) {
	y := start(t, func(cfg *supervise.Config) { cfg.Restart.Surge = 1 })
	y.ready(3)
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Error(err)
	}
	y.end()
	y.neverMoreThan(4)
}

// neverMoreThan reads from the log how many workers there were at once.
func (y *yard) neverMoreThan(most int) {
	y.t.Helper()
	n := 0
	for _, l := range y.log() {
		switch l.What {
		case "start":
			n++
		case "end":
			n--
		}
		if n > most {
			y.t.Errorf("%d workers lived at once: %+v", n, y.log())
			return
		}
	}
}

func TestAWorkerOverItsMemoryLimitIsReplacedWhenItsJobsHaveEnded(t *testing.T) {
	y := start(t, func(cfg *supervise.Config) { cfg.Workers, cfg.Limits.Memory, cfg.Restart.Generations = 1, 1<<20, 2 })
	y.file("busy")
	y.until("two were started", func() bool { return y.count("start") >= 2 })
	y.unfile("busy")
	y.until("the first is quiet", func() bool { return y.count("stopped") >= 1 })
	if n := y.count("end"); n != 0 {
		t.Errorf("%d ended", n)
	}
	busy, _ := filepath.Glob(filepath.Join(y.dir, "busy-*"))
	for _, f := range busy {
		os.Remove(f)
	}
	y.until("the first ends", func() bool { return y.count("end") >= 1 })
	y.end()
}

// What Sidekiq does, as far as it matters: it goes quiet at TSTP for good, its title tells
// how many jobs it has, 5 s late, and at TERM it ends, jobs or not.
const likeSidekiq = `
use strict; use POSIX; use Socket;
my ($quiet, $n) = (0, 0);
my $dir = $ENV{YARD};
sub note { open(my $f, ">>", "$dir/notes"); print $f "@_ $$\n"; close $f }
sub busy { -e "$dir/busy-$$" ? 1 : 0 }
my $mine = -e "$dir/busy"; if ($mine) { open(my $f, ">", "$dir/busy-$$"); close $f }
$SIG{TSTP} = sub { $quiet = 1; note("quiet") };
$SIG{TERM} = sub { note(busy() ? "cut" : "end"); exit 0 };
socket(my $s, PF_UNIX, SOCK_DGRAM, 0); send($s, "READY=1", 0, sockaddr_un($ENV{NOTIFY_SOCKET}));
note("start");
while (1) { $0 = "sidekiq 6.4.1 app [" . busy() . " of 5 busy]" . ($quiet ? " stopping" : ""); for (1 .. 50) { select(undef, undef, undef, 0.1) } }
`

func TestASidekiqWithJobsIsStoppedOnlyWhenItsTitleHasSaidTwiceThatItHasNone(t *testing.T) {
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("perl is missing (Debian package perl-base)")
	}
	t.Parallel()
	y := start(t, func(cfg *supervise.Config) {
		cfg.Workers = 1
		dir := filepath.Dir(cfg.Dir)
		cfg.Worker = supervise.Worker{Command: []string{perl, "-e", likeSidekiq}, Kind: supervise.Sidekiq, Env: []string{"YARD=" + dir}}
	})
	y.file("busy")
	y.until("it works", func() bool { return y.noted("start ") == 1 })
	y.unfile("busy")
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	y.until("the old one is quiet", func() bool { return y.noted("quiet ") == 1 })
	began := time.Now()
	y.until("it has been quiet for long", func() bool { return time.Since(began) > 8*time.Second })
	if n := y.noted("end ") + y.noted("cut "); n != 0 {
		t.Errorf("it was stopped with a job: %q", y.notes())
	}
	busy, _ := filepath.Glob(filepath.Join(y.dir, "busy-*"))
	for _, f := range busy {
		os.Remove(f)
	}
	y.until("it ends", func() bool { return y.noted("end ") == 1 })
	y.end()
	if n := y.noted("cut "); n != 0 {
		t.Errorf("a job was cut: %q", y.notes())
	}
}

// noted is how many notes begin so.
func (y *yard) noted(what string) (n int) {
	for _, note := range y.notes() {
		if strings.HasPrefix(note, what) {
			n++
		}
	}
	return n
}

func (y *yard) notes() []string {
	text, _ := os.ReadFile(filepath.Join(y.dir, "notes"))
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// A worker that changes its user cannot be signalled by who is not root: that is said.
func TestAWorkerThatMayNotBeSignalledIsNamed(t *testing.T) {
	setpriv, err := exec.LookPath("setpriv")
	if os.Geteuid() != 0 || err != nil {
		t.Skip("a worker of another user needs root and setpriv (Debian package util-linux)")
	}
	dir, err := os.MkdirTemp("", "tasuki-eperm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chown(dir, 65534, 65534)
	os.Chmod(dir, 0o755)
	program := filepath.Join(dir, "changes") // it becomes root for good, as a worker that is installed so can
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, text, 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chown(program, 0, 0)
	if err := os.Chmod(program, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	set := setup{Workers: 1, Dir: filepath.Join(dir, "d"), Timeout: time.Second, Worker: supervise.Worker{Command: []string{program}, Kind: supervise.Other,
		Ready: supervise.Ready{Alive: 300 * time.Millisecond}, Env: []string{changesUser + "=1"}}}
	endAll(t, set.Dir)
	b := hire(t, set, setpriv, "--reuid", "65534", "--regid", "65534", "--clear-groups")
	says(t, set, "worker is ready")
	b.cmd.Process.Signal(syscall.SIGTERM)
	says(t, set, "a worker could not be signalled", "run the supervisor as that user, or as root")
	for _, p := range lives(t, set.Dir) {
		syscall.Kill(p.PID, syscall.SIGKILL)
	}
	b.cmd.Wait()
}
