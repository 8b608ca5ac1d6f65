// Package program runs an example, in its tests, as a process of its own: started,
// told to stop as a platform does it, or killed.
package program

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// limit is how long a test waits for anything.
const limit = time.Minute

const asProgram = "EXAMPLE_RUNS"

// Main is an example's TestMain: the test binary is also the program.
func Main(m *testing.M, main func()) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A Program is a process of an example.
type Program struct {
	t      *testing.T
	cmd    *exec.Cmd
	output bytes.Buffer // to be read once the process has ended
	ended  chan struct{}
}

// Start starts the program in a directory; it is gone when the test ends.
func Start(t *testing.T, dir string, env ...string) *Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Program{t: t, cmd: exec.Command(self), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = dir, append(append(os.Environ(), asProgram+"=1"), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.Kill)
	return p
}

// Kill is kill -9.
func (p *Program) Kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Stop is SIGTERM. It answers what the program printed, and fails the test if it
// does not end well.
func (p *Program) Stop() string {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatal("the program did not stop")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Fatalf("the program ended with %d:\n%s", code, p.output.String())
	}
	return p.output.String()
}

// Await waits until something is so.
func Await(t *testing.T, what string, so func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	late := time.After(limit)
	for !so() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("waited too long: %s", what)
		}
	}
}
