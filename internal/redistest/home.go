package redistest

import (
	"cmp"
	_ "embed"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

var (
	//go:embed guard.sh
	guardScript string
	//go:embed start.sh
	startScript string
)

// A home is a folder for what runs in it, and a guard: a process that outlives this one
// for a moment, to end what runs and to remove the folder. It learns of the end from a
// pipe, which closes whatever way a process ends; a signal at the parent's death would
// follow the thread that made the child, not the process.
type home struct {
	folder string
	guard  *exec.Cmd
	alive  *os.File // the pipe's end that is closed with this process
}

// newHome makes a folder in another one. "": in the system's for temporary files.
func newHome(in string) (*home, error) {
	folder, err := os.MkdirTemp(cmp.Or(in, os.TempDir()), "tasuki-redis-")
	if err != nil {
		return nil, err
	}
	h := &home{folder: folder}
	if err := h.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return h, nil
}

func (h *home) watch() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	h.alive = write
	h.guard = h.command("sh", "-c", guardScript, "redistest", h.folder)
	h.guard.Stdin = read
	if err := h.guard.Start(); err != nil {
		write.Close()
		return err
	}
	return nil
}

// end lets the guard do its work now, and waits for it.
func (h *home) end() error {
	h.alive.Close()
	h.guard.Wait() // what it could not remove is seen by who removes the rest
	return os.RemoveAll(h.folder)
}

func (h *home) path(names ...string) string {
	return filepath.Join(append([]string{h.folder}, names...)...)
}

// configure writes a server's configuration, and answers the arguments that begin with it.
func (h *home) configure(text string, flags ...string) ([]string, error) {
	file := h.path("redis.conf") // which the server rewrites
	return append([]string{file}, flags...), os.WriteFile(file, []byte(text), 0o600)
}

// command is a program in a session of its own, so that a signal from the terminal is
// for the tests. No variable of the test's environment changes what it does.
func (h *home) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = h.folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + h.folder, "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = ownSession
	return cmd
}

// start starts a program that the guard ends if nobody else does. Its output goes to a
// file, where cmd names no other place.
func (h *home) start(name string, cmd *exec.Cmd) (*process, error) {
	logFile := h.path(name + ".log")
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	pidFile := h.path(name + ".pid")
	start := h.command("sh", append([]string{"-c", startScript, "redistest", pidFile}, cmd.Args...)...)
	start.Dir, start.Env = cmd.Dir, cmd.Env
	start.Stdin, start.Stdout, start.Stderr = cmd.Stdin, log, log
	if cmd.Stdout != nil {
		start.Stdout = cmd.Stdout
	}
	start.ExtraFiles = []*os.File{h.alive}
	if err := start.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: start, name: name, log: logFile, exited: make(chan struct{})}
	go func() {
		start.Wait() // how it ended is in its state and its log
		os.Remove(pidFile)
		close(p.exited)
	}()
	return p, nil
}
