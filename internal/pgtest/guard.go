package pgtest

import (
	_ "embed"
	"os"
	"os/exec"
)

//go:embed guard.sh
var guardScript string

// A guard is a process that outlives this one for a moment, to stop its server. It
// learns of the end from a pipe, which closes whatever way a process ends; a signal
// at the parent's death would follow the thread that made the child, not the process.
type guard struct {
	cmd   *exec.Cmd
	alive *os.File // the pipe's end that is closed with this process
}

func startGuard(folders []string, as account) (*guard, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := as.command("sh", append([]string{"-c", guardScript, "pgtest"}, folders...)...)
	cmd.Stdin = read
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, err
	}
	return &guard{cmd, write}, nil
}

// end lets the guard do its work now and waits for it.
func (g *guard) end() {
	g.alive.Close()
	g.cmd.Wait() // what it could not remove is seen by who removes the rest
}
