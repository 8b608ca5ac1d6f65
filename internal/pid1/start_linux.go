package pid1

import (
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// start starts the command in a process group of its own, in the foreground if there is
// a terminal, and answers its pid. It forks by itself and not by package exec, which would
// wait for children that are reaped in one place here.
func start(words []string) (pid int, file string, err error) {
	path, set := os.LookupEnv("PATH")
	if file, err = find(words[0], path, set); err != nil {
		return 0, file, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unblock(); err != nil {
		return 0, file, err
	}
	attr := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setpgid: true}}
	if _, err := unix.IoctlGetInt(0, unix.TIOCGPGRP); err == nil {
		attr.Sys.Foreground, attr.Sys.Ctty = true, 0
	}
	pid, err = syscall.ForkExec(file, words, attr)
	if err == syscall.ENOEXEC { // a script without a first line, as execvp(3) has it
		pid, err = syscall.ForkExec("/bin/sh", append([]string{"sh", file}, words[1:]...), attr)
	}
	return pid, file, err
}

// mayExecute says whether this user may execute a file. The next of that name in PATH counts
// if not.
func mayExecute(file string) bool {
	return unix.Faccessat(unix.AT_FDCWD, file, unix.X_OK, unix.AT_EACCESS) == nil
}

// adopt makes the init the parent of what is orphaned below it. The first process of a
// PID namespace is that already.
func adopt() error {
	if os.Getpid() == 1 {
		return nil
	}
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// asStarted is a command line in few words.
func asStarted(words []string) string {
	text := strings.Join(words, " ")
	if len(text) > 60 {
		text = text[:60] + "..."
	}
	return text
}
