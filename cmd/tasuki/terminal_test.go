//go:build linux

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal is a real one, a pty, in which a command runs in the foreground.
type terminal struct {
	*testing.T
	keys *os.File // what is written here is typed
	cmd  *exec.Cmd
	gone chan struct{} // closed once all output was read

	mu  sync.Mutex // owns out
	out strings.Builder
}

// onTerminal starts the command with these arguments in a directory of its own,
// on a terminal of so many columns and lines.
func onTerminal(t *testing.T, cols, lines uint16, args ...string) *terminal {
	t.Helper()
	keys, tty := openPTY(t)
	defer tty.Close()
	p := &terminal{T: t, keys: keys, gone: make(chan struct{})}
	p.resize(cols, lines)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = tty, tty, tty
	p.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=", "NO_COLOR=")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read()
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait(); keys.Close(); <-p.gone })
	return p
}

func openPTY(t *testing.T) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(filepath.Join("/dev/pts", strconv.Itoa(n)), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, tty
}

// read collects the output until the last holder of the terminal is gone.
func (p *terminal) read() {
	defer close(p.gone)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.keys.Read(buf)
		p.mu.Lock()
		p.out.Write(buf[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *terminal) resize(cols, lines uint16) {
	p.Helper()
	if err := unix.IoctlSetWinsize(int(p.keys.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: cols, Row: lines}); err != nil {
		p.Fatal(err)
	}
}

func (p *terminal) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// shows waits until what was printed behind a mark matches, and answers the mark
// behind that.
func (p *terminal) shows(after int, pattern string) int {
	p.Helper()
	want, deadline := regexp.MustCompile(pattern), time.After(20*time.Second)
	for tick := time.Tick(10 * time.Millisecond); ; {
		if at := want.FindStringIndex(p.output()[after:]); at != nil {
			return after + at[1]
		}
		select {
		case <-tick:
		case <-deadline:
			p.Fatalf("no %s in %q", pattern, p.output()[after:])
		}
	}
}

func (p *terminal) types(keys string) {
	p.Helper()
	if _, err := io.WriteString(p.keys, keys); err != nil {
		p.Fatal(err)
	}
}

// exits waits for the command's end and all its output, and answers its exit code.
func (p *terminal) exits() int {
	p.Helper()
	var ended *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &ended) {
		p.Fatal(err)
	}
	<-p.gone
	return p.cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed and answers what it printed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	return string(out)
}

func TestCtrlCIsNoAnswer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jobs.db")
	must(t, "tasuki", "enqueue", "mail", "--store", file)
	p := onTerminal(t, 80, 24, "tasuki", "jobs", "delete", "--all", "--store", file)
	p.shows(0, `delete 1 job \(1 ready\)\? \[y/N\] `)
	p.types("\x03")
	if got := p.exits(); got != 130 {
		t.Errorf("exit code %d, want 130", got)
	}
	p.shows(0, `tasuki: ended by interrupt: asking delete 1 job .*: nothing was changed`)
	if out := must(t, "tasuki", "jobs", "list", "--store", file); !strings.Contains(out, "ready") {
		t.Errorf("the job is gone: %s", out)
	}
}
