package pid1_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// script writes a shell script; as a process it has its own name, not the shell's.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "entrypoint.sh")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// Some platforms stop by SIGINT, which shells catch for themselves.
func TestAWorkerBehindAScriptGetsEitherStopSignal(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := asFirst(t, ours, "--grace", "10", script(t, work("worker", "TERM,INT", 300, 0)+"\ntrue"))
			s.sees("worker ready")
			s.gets(sig)
			s.endsWith(0)
			s.has("worker got "+name, "worker drained")
			s.lacks("the grace is nearly over")
		})
	}
}

// Bash that cleans up at its end has a handler for all signals that end it, and does not
// wait for what it runs.
func TestAWorkerBehindABashThatCleansUpAtItsEndHasItsGrace(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	s := asFirst(t, ours, "--grace", "10", "bash", "-c", "trap 'echo cleaned up' EXIT; "+work("worker", "TERM", 500, 0)+"; true")
	s.sees("worker ready")
	s.gets(syscall.SIGTERM)
	s.endsWith(143)
	s.has("cleaned up", "worker drained")
	s.lacks("the grace is nearly over", "SIGKILL")
}

func TestAScriptAsPID1InFrontOfTheInitIsNamed(t *testing.T) {
	t.Parallel()
	s := asFirst(t, script(t, ours+" true; true"))
	s.endsWith(0)
	s.has("entrypoint.sh (pid 1) stands in front of this init")
}
