package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A crew is the worker processes that the demo started. Its owner is the
// goroutine of the demo.
type crew struct {
	program []string // the command line of a worker, up to its flags
	dir     string
	members []*member
}

// A member is one worker process.
type member struct {
	number int
	flags  []string
	cmd    *exec.Cmd
	leash  io.Closer
	log    string
	told   bool // that it shall end

	// Written by the goroutine that reaps it, before ended is closed.
	ended chan struct{}
	gone  time.Time
	err   error
}

// hire starts a worker.
func (c *crew) hire(ctx context.Context, flags ...string) (*member, error) {
	m := &member{number: len(c.members) + 1, flags: flags, ended: make(chan struct{})}
	m.log = filepath.Join(c.dir, fmt.Sprintf("worker-%d.log", m.number))
	log, err := os.Create(m.log)
	if err != nil {
		return nil, fmt.Errorf("start worker %d: %w", m.number, err)
	}
	defer log.Close()
	line := slices.Concat(c.program, flags)
	m.cmd = exec.Command(line[0], line[1:]...)
	m.cmd.Args[0] = os.Args[0]
	m.cmd.Env = slices.DeleteFunc(os.Environ(), unwanted)
	m.cmd.Stdout, m.cmd.Stderr = log, log
	ownGroup(m.cmd)
	if m.leash, err = m.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start worker %d: %w", m.number, err)
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start worker %d: %w (hint: %s must be a program that can be run again)", m.number, err, line[0])
	}
	c.members = append(c.members, m)
	go m.reap()
	return m, ctx.Err()
}

// unwanted are variables that would change what a worker does.
func unwanted(variable string) bool {
	return strings.HasPrefix(variable, "TASUKI_") || strings.HasPrefix(variable, "NOTIFY_SOCKET=") || strings.HasPrefix(variable, "WATCHDOG_")
}

func (m *member) reap() {
	m.err = m.cmd.Wait()
	m.gone = time.Now()
	close(m.ended)
}

func (m *member) pid() int { return m.cmd.Process.Pid }

func (m *member) isGone() bool {
	select {
	case <-m.ended:
		return true
	default:
		return false
	}
}

// end sends a signal that ends the worker sooner or later.
func (m *member) end(s os.Signal) error {
	m.told = true
	if err := m.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %v to worker %d: %w", s, m.number, err)
	}
	return nil
}

// strayed answers a worker that ended although nobody told it to.
func (c *crew) strayed() error {
	for _, m := range c.members {
		if m.isGone() && !m.told {
			return fmt.Errorf("worker %d (pid %d) ended by itself, %v; it said:\n%s", m.number, m.pid(), m.cmd.ProcessState, m.lastWords())
		}
	}
	return nil
}

// lastWords are the last lines of a worker's log.
func (m *member) lastWords() string {
	text, err := os.ReadFile(m.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-8):], []byte("\n")))
}

// dismiss ends whoever is left. Those that do not hear SIGTERM in time, and all
// if the demo is broken off, get SIGKILL. It returns when every process is gone.
func (c *crew) dismiss(patience time.Duration) {
	if patience > 0 {
		for _, m := range c.members {
			m.end(syscall.SIGTERM)
		}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for _, m := range c.members {
		select {
		case <-m.ended:
		case <-timer.C:
			timer.Reset(0)
			m.end(os.Kill)
		}
		<-m.ended
		m.leash.Close()
	}
}

// byPID answers the member with that pid, nil if there is none.
func (c *crew) byPID(pid int) *member {
	for _, m := range c.members {
		if m.pid() == pid {
			return m
		}
	}
	return nil
}
