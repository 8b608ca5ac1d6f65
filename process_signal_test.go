package tasuki_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestProcessIsQuietOnTSTPAndClaimsAgainOnCONT(t *testing.T) {
	st, path := file(t)
	p := worker(t, path)
	p.signal(syscall.SIGTSTP)
	p.awaitLog("quiet: no more claims")
	job := noteKind.Job(1)
	enqueued(t, st, job)
	// A claim that was on its way when the signal came is given back.
	p.awaitBeats(4)
	eventually(t, "the job is ready", func() bool { return record(t, st, job.ID).State == store.Ready })
	if n := len(p.all("run")); n != 0 {
		t.Errorf("it ran %d times while the worker was quiet", n)
	}
	p.signal(syscall.SIGCONT)
	p.await("run", 1)
}

func TestProcessWritesItsGoroutinesOnTTINAndLives(t *testing.T) {
	st, path := file(t)
	p := worker(t, path)
	p.signal(syscall.SIGTTIN)
	p.awaitLog("msg=goroutines")
	p.awaitLog("(*Worker).dump")
	enqueued(t, st, noteKind.Job(1))
	p.await("run", 1)
}

func TestProcessStopsTheSameOnASecondTERM(t *testing.T) {
	st, path := file(t)
	jobs := []store.Job{stubbornKind.Job(2*time.Second, tasuki.Keep(time.Hour))}
	enqueued(t, st, jobs...)
	p := worker(t, path, "-t", "10")
	p.await("run", 1)
	p.signal(syscall.SIGTERM)
	p.awaitLog("stopping")
	p.signal(syscall.SIGTERM)
	if _, code := p.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if r := ended(t, st, jobs)[0]; r.Interruptions+r.Attempts+r.Releases != 0 {
		t.Errorf("the job did not end by itself: %+v", r)
	}
}

func TestProcessGoesToLastCallOnASecondINTFromATerminal(t *testing.T) {
	st, path := file(t)
	script, err := exec.LookPath("script") // gives the worker a terminal
	needs(t, err == nil, "script (bsdutils)")
	job := holdKind.Job(1)
	enqueued(t, st, job)
	p := spawn(t, path, []string{script, "--quiet", "--return", "--flush", "--command", "exec " + testBinary(t) + " -t 60", "/dev/null"})
	p.await("run", 1)
	self := p.pid()
	began := time.Now()
	for range 2 {
		if err := syscall.Kill(self, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the worker is stopping", func() bool { return stopping(t, st, p.name) || gone(self) })
	}
	at, _ := p.exit()
	if took := at.Sub(began); took > 10*time.Second {
		t.Errorf("exit after %v although the second INT asked for last call", took)
	}
	if r := wantState(t, st, job.ID, store.Ready); r.Interruptions != 1 || r.Attempts != 0 {
		t.Errorf("record %+v, want one interruption", r)
	}
}

func TestProcessThatCannotRecordSaysWhatAndExitsWith75(t *testing.T) {
	st, path := file(t)
	job := stubbornKind.Job(300 * time.Millisecond)
	enqueued(t, st, job)
	p := worker(t, path, "-t", "2")
	p.await("run", 1)
	conn, err := st.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	defer conn.ExecContext(t.Context(), "ROLLBACK")
	began := p.signal(syscall.SIGTERM)
	at, code := p.exit()
	if code != tasuki.ExitUnrecorded || at.Sub(began) > 2*time.Second {
		t.Errorf("exit %d after %v, want %d within 2s", code, at.Sub(began), tasuki.ExitUnrecorded)
	}
	if log := p.log.String(); !strings.Contains(log, "could not be recorded") || !strings.Contains(log, job.ID) {
		t.Errorf("the log does not name the job:\n%s", log)
	}
}

func TestProcessTellsSystemdItsStages(t *testing.T) {
	st, path := file(t)
	socket := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "400000")
	t.Setenv("TASUKI_GRACE", "10")
	enqueued(t, st, stubbornKind.Job(3*time.Second))
	p := worker(t, path)
	wantNotified(t, conn, "READY=1")
	p.await("run", 1)
	wantNotified(t, conn, "WATCHDOG=1")
	p.signal(syscall.SIGTERM)
	wantNotified(t, conn, "STOPPING=1")
	wantNotified(t, conn, "EXTEND_TIMEOUT_USEC=")
	if !strings.Contains(p.log.String(), "kills this process before its own stop is over") {
		t.Errorf("the worker did not warn that its timeout is above the platform's grace:\n%s", p.log)
	}
}

// wantNotified reads messages until one has this line.
func wantNotified(t *testing.T, conn *net.UnixConn, line string) {
	t.Helper()
	buf := make([]byte, 4096)
	conn.SetReadDeadline(time.Now().Add(patience))
	for {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("no message %q: %v", line, err)
		}
		if strings.Contains(string(buf[:n]), line) {
			return
		}
	}
}
