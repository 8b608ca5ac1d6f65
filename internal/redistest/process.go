package redistest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// patience is how long anything here may take to start or to end.
const patience = time.Minute

var errExited = errors.New("it exited")

// A process is a program that runs. A goroutine of its own waits for its end.
type process struct {
	cmd    *exec.Cmd
	name   string
	log    string        // the file with its output
	exited chan struct{} // closed when it has ended
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// ended says whether it has.
func (p *process) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// until waits for a condition while the process runs.
func (p *process) until(ctx context.Context, holds func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !holds(ctx) {
		if p.ended() {
			return errExited
		}
		if !loop.Sleep(ctx, 2*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
	return nil
}

// signal sends one. To who has ended it is nothing.
func (p *process) signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// end sends a signal and waits for the exit.
func (p *process) end(how syscall.Signal) error {
	if err := p.signal(how); err != nil {
		return err
	}
	if how != kill { // who is frozen hears nothing else
		if err := p.signal(thaw); err != nil {
			return err
		}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.exited:
		return nil
	case <-timer.C:
		p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("%s did not end within %v of %v and was killed", p.name, patience, how)
	}
}

// output is what it has said until now.
func (p *process) output() string {
	log, _ := os.ReadFile(p.log)
	return string(log)
}

// wait waits for its end by itself.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// code is how it ended: what it exited with, or -1 by a signal.
func (p *process) code() int { return p.cmd.ProcessState.ExitCode() }
