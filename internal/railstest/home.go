package railstest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

//go:embed guard.sh
var guardScript string

// A Home is a folder with an application and its guard.
type Home struct {
	folder string
	env    []string
	guard  *exec.Cmd
	alive  *os.File // the pipe's end that is closed with this process
}

// variable is set to the folder for all who are started for it.
const variable = "TASUKI_RAILSTEST_HOME"

// Open makes a folder with an application's files for one test. env are variables of all
// that runs in it, as NAME=value. Where Ruby or Delayed Job is missing the test is skipped.
func Open(tb testing.TB, app fs.FS, env ...string) *Home {
	tb.Helper()
	err := missing()
	if errors.Is(err, ErrMissing) {
		tb.Skip(err)
	}
	var h *Home
	if err == nil {
		h, err = open(app, env)
	}
	if err != nil {
		tb.Fatalf("railstest: %v", err)
	}
	tb.Cleanup(func() {
		if err := h.end(); err != nil {
			tb.Errorf("railstest: %v", err)
		}
	})
	return h
}

func open(app fs.FS, env []string) (*Home, error) {
	folder, err := os.MkdirTemp("", "tasuki-rails-")
	if err != nil {
		return nil, err
	}
	h := &Home{folder: folder, env: env}
	if err := h.copy(app); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := h.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return h, nil
}

// copy brings the application, whose programs can be run, and makes the folders that Rails
// has.
func (h *Home) copy(app fs.FS) error {
	if err := os.CopyFS(h.folder, app); err != nil {
		return err
	}
	programs, _ := filepath.Glob(h.Path("bin", "*"))
	for _, p := range programs {
		if err := os.Chmod(p, 0o755); err != nil {
			return err
		}
	}
	return errors.Join(os.MkdirAll(h.Path("log"), 0o755), os.MkdirAll(h.Path("tmp"), 0o755))
}

// watch starts the guard. It is not where it would end itself.
func (h *Home) watch() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	guard := exec.Command("sh", "-c", guardScript, "railstest", h.folder, variable+"="+h.folder)
	guard.Dir, guard.Stdin, guard.SysProcAttr = os.TempDir(), read, ownSession
	if err := guard.Start(); err != nil {
		write.Close()
		return err
	}
	h.guard, h.alive = guard, write
	return nil
}

// end lets the guard do its work now, and waits for it.
func (h *Home) end() error {
	h.alive.Close()
	h.guard.Wait() // what it could not remove is seen by who removes the rest
	return os.RemoveAll(h.folder)
}

// Path is the path of a file in the folder.
func (h *Home) Path(names ...string) string {
	return filepath.Join(append([]string{h.folder}, names...)...)
}

// Env is the environment of who runs in the folder: no variable of the test's changes
// what it does.
func (h *Home) Env() []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + h.folder, "LC_ALL=C.UTF-8", "TZ=UTC", variable + "=" + h.folder}, h.env...)
}

// Command is a program in the folder, in a session of its own. A name with a slash is one
// of the application's.
func (h *Home) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = h.folder, h.Env(), ownSession
	return cmd
}

// Run runs a program to its end and answers what it printed. It does not wait for who it
// left behind.
func (h *Home) Run(ctx context.Context, program string, args ...string) (string, error) {
	out, err := os.CreateTemp(h.folder, "out-")
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd := h.Command(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	printed, _ := os.ReadFile(out.Name())
	if err != nil {
		return string(printed), fmt.Errorf("%s: %w: %s", program, err, printed)
	}
	return string(printed), nil
}
