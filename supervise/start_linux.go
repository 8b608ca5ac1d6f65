package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// start starts a worker under an identity that no living one has. Before that it writes
// down that it will, so that it can be found if this process is killed meanwhile.
func (s *Supervisor) start(at *slot, generation int) (*child, error) {
	identity, lock, err := s.identity(at)
	if err != nil {
		return nil, err
	}
	defer lock.Close() // the worker holds a copy
	c := &child{process: &process{slot: at, identity: identity, generation: generation, phase: starting, report: report{Busy: -1}}, fd: -1}
	if err := s.room.remove(recordName(identity)); err != nil {
		return nil, fmt.Errorf("start worker %s: %w", identity, err)
	}
	s.write(recordName(identity), s.intent(c))
	if c.hears, err = s.hear(c); err != nil {
		return nil, fmt.Errorf("start worker %s: %w", identity, err)
	}
	if err := s.fork(c, lock); err != nil {
		c.hears.close()
		return nil, fmt.Errorf("start worker %s: %w", identity, err)
	}
	return c, nil
}

func (s *Supervisor) fork(c *child, lock *os.File) error {
	cmd := s.command(c)
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, PidFD: &c.fd}
	if err := cmd.Start(); err != nil {
		return explained(err, cmd)
	}
	c.cmd, c.pid, c.started = cmd, cmd.Process.Pid, time.Now()
	c.id, _ = host.Of(c.pid)
	return nil
}

// explained adds what two errors of the kernel's do not tell.
func explained(err error, cmd *exec.Cmd) error {
	switch {
	case errors.Is(err, syscall.ENOENT) && isThere(cmd.Path) && (cmd.Dir == "" || isThere(cmd.Dir)):
		return fmt.Errorf("%w (hint: the file is there; what it needs is not: the interpreter in its first line, or the loader that it was linked for)", err)
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("%w (hint: a script begins with #! and its interpreter; a program has to be one of this machine's)", err)
	}
	return err
}

func isThere(file string) bool { _, err := os.Stat(file); return err == nil }

// hear opens the socket on which a worker tells how it is.
func (s *Supervisor) hear(c *child) (*hears, error) {
	return hear(s.room.path(notifyName(c.identity)), c.report, func(said map[string]string) { s.happens(event{said: said, of: c}) })
}

// command is a worker's, with what stands for its identity filled in.
func (s *Supervisor) command(c *child) *exec.Cmd {
	fill := strings.NewReplacer("%%", "%", "%i", c.identity, "%s", c.slot.name(), "%g", strconv.Itoa(c.generation))
	w := &s.cfg.Worker
	words := make([]string, len(w.Command))
	for i, word := range w.Command {
		words[i] = fill.Replace(word)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = w.Dir
	cmd.Env = slices.DeleteFunc(os.Environ(), isSupervisors)
	for _, v := range w.Env {
		cmd.Env = append(cmd.Env, fill.Replace(v))
	}
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+c.hears.path, "TASUKI_SLOT="+c.identity,
		"TASUKI_GENERATION="+strconv.Itoa(c.generation), "TASUKI_SLOT_LOCK="+strconv.Itoa(lockFD))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if s.cfg.Output != nil {
		cmd.Stdout, cmd.Stderr = s.cfg.Output, s.cfg.Output
	}
	return cmd
}

// isSupervisors says whether a variable is between the supervisor and systemd.
func isSupervisors(v string) bool {
	name, _, _ := strings.Cut(v, "=")
	return slices.Contains([]string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}, name)
}
