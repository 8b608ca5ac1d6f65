package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// spawn starts a supervisor in the background: without a terminal, in the root directory,
// with nothing of what this process inherited but the lock, and a pipe for its first word.
func spawn(set *settings.Settings, lock *os.File) (*daemon, error) {
	if err := supervise.Isolate(); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program to run it in the background: %w (hint: is /proc mounted?)", err)
	}
	out, err := os.OpenFile(set.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w (hint: make its directory, or name another file with --log)", err)
	}
	defer out.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	d := &daemon{birth: r, gone: make(chan struct{}), log: set.Log, dir: set.Dir}
	d.cmd = exec.Command(self, daemonArgs(set)...)
	d.cmd.Dir, d.cmd.Env = "/", daemonEnv(set)
	d.cmd.Stdout, d.cmd.Stderr = out, out
	d.cmd.ExtraFiles = []*os.File{lock, w}
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	go func() { // ends with the supervisor, or with this process
		d.cmd.Wait()
		close(d.gone)
	}()
	return d, nil
}

// born waits until the supervisor can be asked.
func (d *daemon) born() error {
	defer d.birth.Close()
	said, err := io.ReadAll(io.LimitReader(d.birth, 64<<10))
	if err == nil && string(said) == upLine {
		return nil
	}
	<-d.gone
	f := &fault{doing: "starting the workers", why: errors.New(string(said)), code: max(exitFailed, d.cmd.ProcessState.ExitCode())}
	if len(said) == 0 {
		f.why, f.hint = fmt.Errorf("the supervisor ended before it could be asked: %v", d.cmd.ProcessState), "its log tells why: "+d.log
	}
	return f
}

// daemonArgs are those with which a supervisor has the same settings.
func daemonArgs(set *settings.Settings) []string {
	args := []string{"supervise", "--daemon"}
	if set.Read {
		args = append(args, "--file="+set.Path)
	}
	flags := set.Flags()
	for _, key := range settings.Keys() {
		if key == "command" || key == "store" || key == "name" && !set.Read { // a store's URL may have a password: it is in the environment
			continue
		}
		for _, word := range flags[key] {
			if key == "stop_first" {
				args = append(args, "--stop-first")
				continue
			}
			args = append(args, "--"+strings.ReplaceAll(key, "_", "-")+"="+word)
		}
	}
	if len(flags["dir"]) == 0 { // it may depend on who asks
		args = append(args, "--dir="+set.Dir)
	}
	if !set.Read {
		args = append(args, "--name="+set.Name)
		if len(flags["directory"]) == 0 {
			args = append(args, "--directory="+set.Worker.Dir)
		}
	}
	if command := flags["command"]; len(command) > 0 {
		args = append(append(args, "--"), command...)
	}
	return args
}

// notPassedOn are variables that were between this process and who started it.
var notPassedOn = []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "TASUKI_FILE", "TASUKI_STORE", "PWD", "OLDPWD", "MAILTO"}

// daemonEnv is the environment with what cron leaves out.
func daemonEnv(set *settings.Settings) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(notPassedOn, name)
	})
	if set.Store != "" {
		env = append(env, "TASUKI_STORE="+set.Store)
	}
	if u, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
		for name, value := range map[string]string{"HOME": u.HomeDir, "USER": u.Username, "LOGNAME": u.Username} {
			if os.Getenv(name) == "" && value != "" {
				env = append(env, name+"="+value)
			}
		}
	}
	return env
}

// detach makes the rest of a process in the background what it is everywhere.
func detach() { syscall.Umask(0o022) }
