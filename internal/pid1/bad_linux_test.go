package pid1_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

func TestACommandThatCannotBeStartedIsExplained(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		command string
		code    int
		says    string
	}{
		"missing":        {"no-such-command", 127, "is it in the image"},
		"missing file":   {dir + "/none", 127, "is it in the image"},
		"empty name":     {"", 127, "is it in the image"},
		"not executable": {file("plain", "#!/bin/sh\n", 0o644), 126, "chmod +x"},
		"directory":      {dir, 126, "it is a directory"},
		"no interpreter": {file("script", "#!/no/such/shell\n", 0o755), 127, "interpreter that its first line names"},
		"under a file":   {file("file", "", 0o644) + "/x", 1, "a part of its path is no directory"},
		"no first line":  {file("plainscript", "exit 21\n", 0o755), 21, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := beside(t, ours, "--", c.command)
			s.endsWith(c.code)
			s.has(c.says)
			if c.says != "" {
				s.has("[FATAL tasuki-init (", "exec "+c.command+" failed: ")
			}
		})
	}
}

func TestACommandInPATHThatMayNotBeExecutedIs126(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/tool", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := startWith(t, env("PATH="+dir), ours, "tool")
	s.endsWith(126)
}

func TestACommandInPATHThatThisUserMayNotExecuteIsPassedOver(t *testing.T) {
	needs(t, "setpriv")
	dir := t.TempDir()
	os.Chmod(filepath.Dir(dir), 0o755)
	os.Chmod(dir, 0o755)
	for name, mode := range map[string]os.FileMode{"first": 0o700, "second": 0o755} {
		file := filepath.Join(dir, name, "tool")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("#!/bin/sh\necho the "+name+"\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	s := startWith(t, env("PATH="+dir+"/first:"+dir+"/second:"+os.Getenv("PATH")), "setpriv", "--reuid=65534", "--clear-groups", ours, "tool")
	s.endsWith(0)
	s.has("the second")
}

func TestAWrongCommandLineIsOneLineWithAHintAndEndsWith1(t *testing.T) {
	for _, line := range []string{"-x", "--no-such-flag", "--s", "-e 256 true", "-e x true", "-e", "-p NONE true", "-p 0 true", "-r 15 true", "-r TERM:NONE true", "-r 0:3 true",
		"-r 15:3:9 true", "-r 65:1 true", "-g -c true", "--grace soon true", "--grace -1 true", "--linger x true", "--rewrite", "--help=x"} {
		s := beside(t, append([]string{ours}, strings.Fields(line)...)...)
		if code := s.ends(); code != 1 || strings.Count(s.says(), "\n") != 1 || !strings.Contains(s.says(), "(hint: tasuki-init -h)") {
			t.Errorf("%s: %d, %s", line, code, s.says())
		}
	}
}

func TestAVariableThatCannotBeReadIsAWarning(t *testing.T) {
	s := startWith(t, env("TASUKI_GRACE=soon", "TASUKI_LINGER=x", "TINI_VERBOSITY=much"), ours, "sh", "-c", "exit 4")
	s.endsWith(4)
	s.has("TASUKI_GRACE soon", "TASUKI_LINGER x", "TINI_VERBOSITY much")
}

// A process of another user that the init may not signal.
func TestAWorkerOfAnotherUserWithoutCAP_KILLCostsNoContainer(t *testing.T) {
	for name, init := range map[string]string{"tini": tini, "ours": ours} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, "setpriv", init)
			s := asFirst(t, with([]string{"setpriv", "--bounding-set=-kill", "--inh-caps=-all", init, "--", "setpriv", "--reuid=65534", "--clear-groups"},
				workWords("worker", "TERM,USR1", 0, 0)...)...)
			s.sees("worker ready")
			s.gets(syscall.SIGTERM)
			if name == "tini" {
				s.endsWith(1)
				return
			}
			s.sees("is not allowed: it runs as another user (hint: ")
			if err := syscall.Kill(s.only(s.init, "the worker", any).PID, syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			s.endsWith(0)
		})
	}
}

func TestWithoutProcTheCommandGetsTheSignals(t *testing.T) {
	for name, mount := range map[string]string{"none": "mount -t tmpfs none /proc; ", "of another namespace": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, "unshare", "mount")
			words := append([]string{"unshare", "-pfm", "--kill-child", "sh", "-c", mount + `exec "$@"`, "sh", ours, "--linger", "0"}, workWords("worker", "USR1,TERM", 100, 3)...)
			s := startWith(t, nil, words...)
			s.sees("worker ready")
			s.init = s.only(s.init, "the init", any).PID
			s.gets(syscall.SIGUSR1)
			s.sees("worker got USR1")
			s.gets(syscall.SIGTERM)
			s.endsWith(3)
		})
	}
}

func TestWithoutProcWhatIsLeftBehindEndsWithTheInit(t *testing.T) {
	for name, mount := range map[string]string{"none": "mount -t tmpfs none /proc; ", "of another namespace": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, "unshare", "mount")
			s := startWith(t, nil, "unshare", "-pfm", "--kill-child", "sh", "-c", mount+`exec "$@"`, "sh", ours, "-vv", "--linger", "0", "--grace", "1",
				"sh", "-c", "trap '' TERM; sleep 1000 & exit 5")
			s.endsWith(5)
			s.lacks("left behind", "to pid") // who they are cannot be known
		})
	}
}

// Who reads standard error may stand still.
func TestAStandardErrorThatNobodyReadsHoldsNoSignalUp(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	full := make([]byte, 4096)
	w.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	for err == nil {
		_, err = w.Write(full)
	}
	s := asFirstWith(t, func(cmd *exec.Cmd) { cmd.Stderr = w }, with([]string{ours, "-vv"}, workWords("worker", "TERM,USR1", 0, 6)...)...)
	w.Close()
	s.sees("worker ready")
	for n := range 100 { // each of them is a line
		s.gets(syscall.SIGUSR1)
		s.until("each signal", func() bool { return strings.Count(s.says(), "worker got USR1") > n })
	}
	s.gets(syscall.SIGTERM)
	s.endsWith(6)
}

// What the init says itself breaks the pipe: the worker has nothing to do with that.
func TestABrokenStandardErrorSendsTheWorkerNoSIGPIPE(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := asFirstWith(t, func(cmd *exec.Cmd) { cmd.Stderr = w }, with([]string{ours, "-vv"}, workWords("worker", "TERM,USR1,PIPE", 0, 6)...)...)
	w.Close()
	s.sees("worker ready")
	r.Close()
	for range 10 {
		s.gets(syscall.SIGUSR1)
	}
	s.sees("worker got USR1")
	s.gets(syscall.SIGTERM)
	s.endsWith(6)
	s.lacks("got PIPE")
}

func TestACommandThatClosesItsPipesIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := beside(t, ours, "sh", "-c", "exec < /dev/null > "+dir+"/out 2>&1; sleep 0.3; echo done; exit 8")
	s.endsWith(8)
	if text, _ := os.ReadFile(dir + "/out"); string(text) != "done\n" {
		t.Errorf("it wrote %q", text)
	}
}

func TestSIGURGOfTheRuntimeAndOfOthersIsNotPassedOn(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours}, workWords("worker", "URG,USR1,TERM", 0, 0)...)...)
	s.sees("worker ready")
	for range 20 {
		s.gets(syscall.SIGURG)
	}
	s.gets(syscall.SIGUSR1)
	s.sees("worker got USR1")
	s.gets(syscall.SIGTERM)
	s.endsWith(0)
	s.lacks("got URG")
}

func TestASignalThatGoCannotCatchDoesNotEndTheInit(t *testing.T) {
	t.Parallel()
	s := beside(t, with([]string{ours}, workWords("worker", "USR1,TERM", 0, 5)...)...)
	s.sees("worker ready")
	s.until("the init ignores 34, which it does a moment after the start", func() bool {
		init, err := proc.ReadSignals(s.cmd.Process.Pid)
		return err == nil && init.Ignored.Has(34)
	})
	s.gets(34, syscall.SIGABRT) // ABRT is passed on, and ends the worker
	s.endsWith(128 + int(syscall.SIGABRT))
}

// A worker that inherits a blocked SIGTERM would never hear of a stop.
func TestNoCommandInheritsABlockedOrIgnoredSIGTERM(t *testing.T) {
	t.Parallel()
	needs(t, "perl")
	const block = `use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM, SIGUSR1)); $SIG{TERM} = $SIG{HUP} = 'IGNORE'; exec @ARGV`
	s := beside(t, "perl", "-e", block, ours, "cat", "/proc/self/status")
	s.endsWith(0)
	s.has("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000001") // HUP: what nohup says holds
}

func TestAPair_rTakesNamesAndNumbersAndDropsWhatIsZero(t *testing.T) {
	t.Parallel()
	s := asFirst(t, with([]string{ours, "-r", "15:3", "--rewrite=SIGUSR1:USR2", "-rHUP:0"}, workWords("worker", "TERM,QUIT,HUP,USR1,USR2", 100, 3)...)...)
	s.sees("worker ready")
	s.gets(syscall.SIGHUP, syscall.SIGUSR1)
	s.sees("worker got USR2")
	s.gets(syscall.SIGTERM)
	s.endsWith(3)
	s.has("worker got QUIT", "worker drained")
	s.lacks("got TERM", "got HUP", "got USR1")
}

func TestTheParentsEndIsASignal(t *testing.T) {
	t.Parallel()
	needs(t, "perl")
	s := beside(t, "sh", "-c", ours+" -p SIGUSR1 "+work("worker", "USR1,TERM", 0, 0)+" & wait")
	s.sees("worker ready")
	init := s.only(s.cmd.Process.Pid, "the init", any)
	t.Cleanup(func() { syscall.Kill(init.PID, syscall.SIGKILL) })
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.sees("worker got USR1")
	s.init = init.PID
	s.gets(syscall.SIGTERM)
	s.until("the init's end", func() bool { return s.state(init.PID) == 0 })
}

func TestAShellAsPID1InFrontOfTheInitIsNamed(t *testing.T) {
	t.Parallel()
	s := asFirst(t, "sh", "-c", ours+" true; true")
	s.endsWith(0)
	s.has("sh (pid 1) stands in front of this init")
}

// Older container runtimes answer EPERM to system calls that they do not know.
func TestWherePidfdsAreForbiddenTheWorkerGetsItsSignalAllTheSame(t *testing.T) {
	needs(t, "perl")
	// A filter of system calls: EPERM for pidfd_open (434) and for pidfd_send_signal (424).
	const filter = `use POSIX (); my $prctl = (POSIX::uname())[4] eq "x86_64" ? 157 : 167;
my $f = join "", map { pack "SCCL", @$_ } [0x20, 0, 0, 0], [0x15, 1, 0, 434], [0x15, 0, 1, 424], [0x06, 0, 0, 0x50001], [0x06, 0, 0, 0x7fff0000];
my $p = pack "S x6 P", 5, $f; syscall($prctl, 38, 1, 0, 0, 0) == 0 or die $!; syscall($prctl, 22, 2, $p) == 0 or die $!; exec @ARGV or die $!`
	for name, call := range map[string]string{"both": filter, "to open": strings.Replace(filter, "424", "4240", 1), "to send": strings.Replace(filter, "434", "4340", 1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asFirst(t, with([]string{"perl", "-e", call, ours}, "sh", "-c", work("worker", "TERM", 200, 0)+"; true")...)
			s.sees("worker ready")
			s.gets(syscall.SIGTERM)
			s.endsWith(0)
			s.has("worker drained")
			s.lacks("not allowed")
		})
	}
}

// Where there are many processes it takes long to pass one on.
func TestAFloodOfOneSignalTakesNoOtherAway(t *testing.T) {
	t.Parallel()
	s := asFirst(t, ours, "sh", "-c", "i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done; exec "+work("worker", "USR1,TERM", 0, 4))
	s.sees("worker ready")
	flood := exec.Command("perl", "-e", `use Time::HiRes "sleep"; my $p = shift; for my $n (1 .. 5000) { kill USR1 => $p; kill TERM => $p if $n == 3000; sleep 0.0003 }`, strconv.Itoa(s.init))
	if out, err := flood.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.sees("worker drained")
}
