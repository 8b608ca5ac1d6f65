//go:build unix

package tasuki_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestProcessWhoseLogIsAFullPipeIsGoneInTimeAllTheSame(t *testing.T) {
	_, path := file(t)
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	out, in := os.NewFile(uintptr(fds[0]), "out"), os.NewFile(uintptr(fds[1]), "in")
	defer out.Close()
	defer in.Close()
	cmd := exec.Command(os.Args[0], "-t", "2")
	cmd.Env = append(os.Environ(), childStore+"="+path, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { cmd.Wait(); close(exited) }()
	defer func() { cmd.Process.Kill(); <-exited }()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "worker started") {
	}
	fill(t, fds[1])
	began := time.Now()
	cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-exited:
	case <-time.After(patience):
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("gone %v after SIGTERM, want 2 s at most", took)
	}
}

// fill writes into a pipe until it takes no more.
func fill(t *testing.T, fd int) {
	t.Helper()
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := syscall.Write(fd, make([]byte, 1)); err == syscall.EAGAIN {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
}

func TestProcessThatIsToldToStopWhileItStartsIsGoneAtOnce(t *testing.T) {
	st, path := file(t)
	tx, err := st.DB().Begin() // takes the write lock, so that the first beat waits
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	p := spawn(t, path, []string{os.Args[0], "-t", "30"})
	p.awaitLog("timeout=30s")
	began := p.signal(syscall.SIGTERM)
	if at, code := p.exit(); code != 0 || at.Sub(began) > 2*time.Second {
		t.Errorf("exit %d after %v; its log:\n%s", code, at.Sub(began), p.log)
	}
}
