package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

var errExited = errors.New("the server exited")

// A process is a postgres that runs. A goroutine of its own waits for its end.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed when it has ended
}

// startProcess starts a program whose output goes to a file.
func startProcess(cmd *exec.Cmd, logFile string) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd, make(chan struct{})}
	go func() {
		cmd.Wait() // how it ended is in its log
		close(p.exited)
	}()
	return p, nil
}

// ready waits until the server says in its lock file that it takes connections.
func (p *process) ready(ctx context.Context, lockFile string) error {
	return p.until(ctx, func() bool {
		file, _ := os.ReadFile(lockFile)
		lines := strings.Split(string(file), "\n")
		return len(lines) > 7 && lines[0] == strconv.Itoa(p.cmd.Process.Pid) && strings.HasPrefix(lines[7], "ready")
	})
}

// until waits for a condition while the process runs.
func (p *process) until(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !holds() {
		select {
		case <-p.exited:
			return errExited
		default:
		}
		if !loop.Sleep(ctx, 5*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
	return nil
}

// end sends a signal and waits for the exit.
func (p *process) end(how os.Signal) error {
	err := p.cmd.Process.Signal(how)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
		return nil
	case <-time.After(patience):
		p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("the server did not end within %v of %v and was killed", patience, how)
	}
}
