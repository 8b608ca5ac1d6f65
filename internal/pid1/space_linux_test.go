package pid1_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// Programs of the tests.
var (
	ours     string // the init, built as these tests are
	shipped  string // the init as it is shipped
	tini     = "/usr/bin/tini"
	dumbInit = "/usr/bin/dumb-init"
)

func TestMain(m *testing.M) { os.Exit(build(m)) }

// build makes the inits and runs the tests.
func build(m *testing.M) int {
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	dir, err := os.MkdirTemp("", "tasuki-init")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755) // workers run as other users, too
	ours, shipped = filepath.Join(dir, "ours"), filepath.Join(dir, "tasuki-init")
	goBuild(nil, slices.Concat(buildFlags, []string{"-o", ours}))
	goBuild([]string{"CGO_ENABLED=0"}, []string{"-trimpath", "-ldflags", "-s -w", "-o", shipped})
	return m.Run()
}

func goBuild(env, args []string) {
	cmd := exec.Command("go", slices.Concat([]string{"build"}, args, []string{"../../cmd/tasuki-init"})...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		panic(string(out))
	}
}

// needs skips a test whose tool is missing; where all must run that is a failure.
func needs(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		_, err := exec.LookPath(file)
		switch {
		case err == nil:
		case os.Getenv("TASUKI_TEST_ALL") != "":
			t.Fatalf("%s: not here", file)
		default:
			t.Skipf("%s: not here", file)
		}
	}
}

// needsSpaces skips a test that makes PID namespaces where that is not allowed.
func needsSpaces(t *testing.T) {
	t.Helper()
	needs(t, "unshare", "perl")
	if exec.Command("unshare", "-pf", "--mount-proc", "true").Run() != nil {
		if os.Getenv("TASUKI_TEST_ALL") != "" {
			t.Fatal("unshare -pf --mount-proc: not allowed")
		}
		t.Skip("unshare -pf --mount-proc: not allowed")
	}
}

// A space is a program that runs, as a rule an init in a PID namespace of its own, and
// what it has written.
type space struct {
	t    *testing.T
	cmd  *exec.Cmd
	init int // pid of the init, as the test sees it
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write takes what the program writes.
func (s *space) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// says is what has been written so far.
func (s *space) says() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// asFirst starts an init as the first process of a PID namespace.
func asFirst(t *testing.T, words ...string) *space {
	t.Helper()
	return asFirstWith(t, nil, words...)
}

// asFirstWith does so after a change of how.
func asFirstWith(t *testing.T, change func(*exec.Cmd), words ...string) *space {
	t.Helper()
	needsSpaces(t)
	s := startWith(t, change, append([]string{"unshare", "-pf", "--mount-proc", "--kill-child"}, words...)...)
	s.init = s.only(s.cmd.Process.Pid, "the init", func(p proc.Process) bool { return p.Name != "unshare" }).PID
	return s
}

// beside starts an init as one process among others.
func beside(t *testing.T, words ...string) *space {
	t.Helper()
	return startWith(t, nil, words...)
}

func startWith(t *testing.T, change func(*exec.Cmd), words ...string) *space {
	t.Helper()
	s := &space{t: t, cmd: exec.Command(words[0], words[1:]...)}
	s.cmd.Stdout, s.cmd.Stderr = s, s
	s.cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "TASUKI_") })
	s.cmd.WaitDelay = 20 * time.Second
	if change != nil {
		change(s.cmd)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.init = s.cmd.Process.Pid
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(words, " "), s.says())
		}
	})
	return s
}

// only waits for a child of a process that is as wanted.
func (s *space) only(parent int, what string, wanted func(proc.Process) bool) (found proc.Process) {
	s.t.Helper()
	s.until(what, func() bool {
		all, err := proc.All()
		if err != nil {
			s.t.Fatal(err)
		}
		for _, p := range proc.Children(all, parent) {
			if wanted(p) {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

// until waits for a condition.
func (s *space) until(what string, holds func() bool) {
	s.t.Helper()
	end := time.After(30 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-end:
			s.t.Fatalf("%s: waited 30 s", what)
		case <-tick.C:
		}
	}
}

// sees waits until a text has been written.
func (s *space) sees(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		s.until("to see "+strconv.Quote(text), func() bool { return strings.Contains(s.says(), text) })
	}
}

// gets sends the init a signal.
func (s *space) gets(sigs ...syscall.Signal) {
	s.t.Helper()
	for _, sig := range sigs {
		if err := syscall.Kill(s.init, sig); err != nil {
			s.t.Fatalf("%v: %v", sig, err)
		}
	}
}

// ends waits for the end, and answers the exit code.
func (s *space) ends() int {
	s.t.Helper()
	late := time.AfterFunc(40*time.Second, func() { s.cmd.Process.Kill() })
	err := s.cmd.Wait()
	if !late.Stop() {
		s.t.Error("it did not end in 40 s")
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Errorf("its end: %v", err)
	}
	status := s.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return -int(status.Signal())
	}
	return status.ExitStatus()
}

// endsWith fails unless it ends with a code.
func (s *space) endsWith(code int) {
	s.t.Helper()
	if got := s.ends(); got != code {
		s.t.Errorf("it ended with %d, want %d", got, code)
	}
}

// has and lacks check what has been written.
func (s *space) has(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.says(), text) {
			s.t.Errorf("nothing says %q", text)
		}
	}
}

func (s *space) lacks(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if strings.Contains(s.says(), text) {
			s.t.Errorf("%q is said", text)
		}
	}
}

// worker is a program in Perl: NAME CATCHES DRAIN CODE. It says its name and which signal
// it got, and ends with the code as many ms after TERM, INT or QUIT; never, if that is -1.
const worker = `use Time::HiRes qw(time sleep); my ($name, $catches, $drain, $code) = @ARGV; my $at;
for my $s (split /,/, $catches) { $SIG{$s} = sub { syswrite STDOUT, "$name got $s\n"; $at //= time if $s =~ /^(TERM|INT|QUIT)$/ } }
syswrite STDOUT, "$name ready\n";
while (1) { sleep 0.01; if (defined $at && $drain >= 0 && time - $at >= $drain / 1000) { syswrite STDOUT, "$name drained\n"; exit $code } }`

// work is the worker's command line for a shell.
func work(name, catches string, drain, code int) string {
	return "perl -e '" + worker + "' " + strings.Join(workWords(name, catches, drain, code)[3:], " ")
}

// workWords is the worker's command line, word by word.
func workWords(name, catches string, drain, code int) []string {
	return []string{"perl", "-e", worker, name, catches, strconv.Itoa(drain), strconv.Itoa(code)}
}

// with puts words together.
func with(first []string, more ...string) []string { return slices.Concat(first, more) }

func any(proc.Process) bool { return true }

// env changes the environment of a program.
func env(vars ...string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, vars...) }
}

// state is that of a process, 0 if it has gone.
func (s *space) state(pid int) byte {
	p, err := proc.Read(pid)
	if err != nil {
		return 0
	}
	return p.State
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, w
}

// monotonic is the system's monotonic clock in nanoseconds, which other programs read too.
func monotonic() int64 {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}
