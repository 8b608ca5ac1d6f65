package supervise_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// A logbook keeps what a supervisor logs.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// with counts the lines that have all of these.
func (l *logbook) with(parts ...string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.b.String()) {
		has := true
		for _, part := range parts {
			has = has && strings.Contains(line, part)
		}
		if has {
			n++
		}
	}
	return n
}

// shell starts a supervisor of one worker that is lines of a shell.
func shell(t *testing.T, lines string, change func(*supervise.Config)) (*yard, *logbook) {
	t.Helper()
	book := &logbook{}
	y := start(t, func(cfg *supervise.Config) {
		cfg.Workers, cfg.Log = 1, slog.New(slog.NewTextHandler(book, nil))
		cfg.Worker = supervise.Worker{Command: []string{"sh", "-c", lines}, Kind: supervise.Other, Ready: supervise.Ready{Alive: 500 * time.Millisecond}}
		if change != nil {
			change(cfg)
		}
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s", book.b.String())
		}
	})
	return y, book
}

func TestAWorkerThatEndsAtOnceIsStartedLessAndLessOften(t *testing.T) {
	t.Parallel()
	y, book := shell(t, "exit 3", nil)
	y.until("it is tried three times", func() bool { return book.with("worker started") == 3 })
	y.end()
	// after 1.5 and 2.25 s
	if n := book.with("how=\"exit code 3\""); n != 3 {
		t.Errorf("it ended %d times", n)
	}
}

func TestACommandThatCannotBeRunIsNamed(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	os.WriteFile(plain, []byte("no program"), 0o600)
	for command, why := range map[string]string{"/no/such/program": "no such file", plain: "permission denied"} {
		y, book := shell(t, "", func(cfg *supervise.Config) { cfg.Worker.Command = []string{command} })
		y.until("it is tried", func() bool { return book.with("worker could not be started", why) == 1 })
		if err := y.s.Restart(t.Context(), false); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("restart: %v", err)
		}
		y.end()
	}
}

func TestAConfigurationErrorOfAWorkerIsTriedOnceAndAgainWithARestart(t *testing.T) {
	t.Parallel()
	y, book := shell(t, "exit 78", nil)
	y.until("it ends", func() bool { return book.with("how=\"exit code 78\"") == 1 })
	<-time.After(4 * time.Second) // longer than two back-offs
	if n := book.with("worker started"); n != 1 {
		t.Errorf("it was started %d times", n)
	}
	if err := y.s.Restart(t.Context(), false); err == nil || !strings.Contains(err.Error(), "as it is configured") {
		t.Errorf("restart: %v", err)
	}
	if n := book.with("worker started"); n != 2 {
		t.Errorf("it was started %d times", n)
	}
	y.end()
}

func TestAProgramThatGoesToTheBackgroundIsNamedAndNotStartedAgain(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string]string{
		"in its group":            "sleep 1000 & echo $! > %s",
		"in a session of its own": "setsid sleep 1000 & echo $! > %s",
	} {
		pidFile := filepath.Join(t.TempDir(), "pid")
		y, book := shell(t, fmt.Sprintf(lines, pidFile), nil)
		y.until("it ends", func() bool { return book.with("worker ended") == 1 })
		var pid int
		text, _ := os.ReadFile(pidFile)
		fmt.Sscan(string(text), &pid)
		if err := y.s.Restart(t.Context(), false); err == nil || !strings.Contains(err.Error(), "went to the background") || !strings.Contains(err.Error(), "in the foreground") {
			t.Errorf("%s: restart: %v", name, err)
		}
		y.end()
		if n := book.with("worker started"); n != 2 {
			t.Errorf("%s: it was started %d times", name, n)
		}
		if p, err := proc.Read(pid); err != nil || p.Ended() {
			t.Errorf("%s: what it left was ended: %v", name, err)
		}
		syscall.Kill(pid, syscall.SIGKILL)
		text, _ = os.ReadFile(pidFile)
		fmt.Sscan(string(text), &pid)
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

func TestAWorkerThatIgnoresAllSignalsIsKilledOnlyAfterItsTimeAndNamed(t *testing.T) {
	t.Parallel()
	ready := filepath.Join(t.TempDir(), "ready")
	y, book := shell(t, "trap '' TERM INT HUP TSTP; touch "+ready+"; exec sleep 1000", func(cfg *supervise.Config) { cfg.Timeout = 700 * time.Millisecond })
	y.until("it runs", func() bool { return there(ready) })
	began := time.Now()
	y.end()
	if took := time.Since(began); took < 700*time.Millisecond || took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if book.with("signal to worker", "signal=killed", "worker=0", "it was given 70") != 1 || book.with("worker ended", "killed by its supervisor: it was given 70") != 1 {
		t.Errorf("it is not named:\n%s", book.b.String())
	}
}

func TestAWorkerThatClosesItsOutputOrFloodsItWorksOn(t *testing.T) {
	t.Parallel()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	marker := filepath.Join(t.TempDir(), "done")
	y, book := shell(t, "i=0; while [ $i -lt 20000 ]; do echo a line of a flood of lines; i=$((i+1)); done; exec 0<&- 1>&- 2>&-; touch "+marker+"; exec sleep 1000",
		func(cfg *supervise.Config) { cfg.Output = out })
	y.until("it has flooded", func() bool { return there(marker) })
	if err := y.s.Restart(t.Context(), false); err != nil {
		t.Error(err)
	}
	y.end()
	if n := book.with("worker started"); n != 2 {
		t.Errorf("it was started %d times", n)
	}
}

// A worker that says a thousand things a second neither stops the supervisor nor itself.
func TestAWorkerThatFloodsItsSupervisorIsHeard(t *testing.T) {
	if !there("/usr/bin/perl") {
		t.Skip("perl is missing (Debian package perl-base)")
	}
	t.Parallel()
	y, book := shell(t, "", func(cfg *supervise.Config) {
		cfg.Worker.Ready = supervise.Ready{Notify: true}
		cfg.Worker.Command = []string{"perl", "-MSocket", "-e", `socket(S, PF_UNIX, SOCK_DGRAM, 0); $to = sockaddr_un($ENV{NOTIFY_SOCKET}); send(S, "READY=1", 0, $to); while (1) { send(S, "STATUS=" . $i++ . "\nX_TASUKI_BUSY=x\n=\n\0\xff", 0, $to) }`}
	})
	y.until("it is ready", func() bool { return book.with("worker is ready") == 1 })
	before := cpu(t)
	<-time.After(time.Second)
	if took := cpu(t) - before; took > 500*time.Millisecond {
		t.Errorf("the supervisor worked for %v in a second", took)
	}
	y.end()
}

// An old kernel, or a container's old filter of system calls.
func TestWhereProcessesCannotBeWatchedNothingIsStarted(t *testing.T) {
	for _, c := range []struct {
		call  uint32
		errno unix.Errno
		want  string
	}{
		{unix.SYS_PIDFD_OPEN, unix.ENOSYS, "pidfd_open: function not implemented"},
		{unix.SYS_PIDFD_SEND_SIGNAL, unix.EPERM, "pidfd_send_signal: operation not permitted"}, // older container runtimes
	} {
		err := without(c.call, c.errno, func() error {
			_, err := supervise.New(supervise.Config{Worker: supervise.Worker{Command: []string{"sleep", "1000"}}, Dir: filepath.Join(t.TempDir(), "d")})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "processes cannot be watched here: "+c.want+" (hint: it takes Linux 5.4") {
			t.Error(err)
		}
	}
}

// without does something on a thread whose system calls of one kind are refused.
func without(call uint32, errno unix.Errno, do func() error) error {
	failed := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the filter is this thread's, which ends with it
		filter := []unix.SockFilter{
			{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the call's number
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
			{Code: unix.BPF_RET, K: 0x00050000 | uint32(errno)}, // SECCOMP_RET_ERRNO
			{Code: unix.BPF_RET, K: 0x7fff0000},                 // SECCOMP_RET_ALLOW
		}
		prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
		err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		if err == nil {
			err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0)
		}
		if err != nil {
			failed <- fmt.Errorf("no filter: %w", err)
			return
		}
		failed <- do()
	}()
	return <-failed
}

// Who changes to a user that cannot reach its socket can never say that it is ready.
func TestOfAWorkerThatChangedItsUserItIsSaidThatItCannotBeHeard(t *testing.T) {
	if os.Geteuid() != 0 || !there("/usr/bin/perl") {
		t.Skip("needs root, and perl (Debian package perl-base)")
	}
	t.Parallel()
	y, book := shell(t, "", func(cfg *supervise.Config) {
		cfg.Worker.Ready, cfg.Restart.ReadyTimeout = supervise.Ready{Notify: true}, 3*time.Second
		cfg.Worker.Command = []string{"perl", "-e", "$> = 65534; sleep 1000"}
	})
	y.until("it had its time", func() bool { return book.with("signal to worker", "signal=terminated") > 0 })
	if err := y.s.Restart(t.Context(), false); err == nil || !strings.Contains(err.Error(), "it was not ready within 3s, it runs as user 65534, who cannot reach its socket") {
		t.Errorf("restart: %v", err)
	}
	y.end()
}

// cpu is how long this process has computed.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
