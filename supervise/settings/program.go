package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// program is the path of the program, if it has one.
func program(s *Settings) string {
	name := s.Worker.Command[0]
	switch {
	case filepath.IsAbs(name):
		return name
	case strings.Contains(name, "/"):
		return filepath.Join(s.Worker.Dir, name)
	}
	if file, found := lookIn(searchPath(s.Worker.Env), name); found {
		return file
	}
	return name
}

// startable looks whether the program can be started, before anything is.
func startable(s *Settings) error {
	name := s.Worker.Command[0]
	info, err := os.Stat(s.Worker.Dir)
	switch {
	case err != nil:
		return s.Wrong("directory", err.Error(), "make it, or name another")
	case !info.IsDir():
		return s.Wrong("directory", s.Worker.Dir+" is no directory", "name the one in which the workers run")
	}
	if strings.Contains(name, "%") {
		return nil // it differs from worker to worker
	}
	file := program(s)
	if !strings.Contains(file, "/") {
		return s.Wrong("command", fmt.Sprintf("%s is in no directory of PATH, which is %s", name, searchPath(s.Worker.Env)), "name the program with its path, or set PATH under env")
	}
	_, err = exec.LookPath(file)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return s.Wrong("command", file+" does not exist", "a relative path begins in "+s.Worker.Dir+"; name another with directory")
	case errors.Is(err, fs.ErrPermission):
		return s.Wrong("command", file+" cannot be executed", "chmod +x, or put the interpreter in front of it")
	}
	return s.Wrong("command", err.Error(), "name the program that works, such as ./worker")
}

// usualPath is where programs are on most machines; cron has less.
var usualPath = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// searchPath is the PATH of workers, in which their program is found: what env says, or what
// this process has and what cron leaves out. This process keeps its own, for configurations to
// come.
func searchPath(env []string) string {
	path := filepath.SplitList(os.Getenv("PATH"))
	for _, dir := range usualPath {
		if !slices.Contains(path, dir) {
			path = append(path, dir)
		}
	}
	all := strings.Join(path, string(filepath.ListSeparator))
	for _, v := range env {
		if said, is := strings.CutPrefix(v, "PATH="); is {
			all = strings.ReplaceAll(said, "%%", "%")
		}
	}
	return all
}

// lookIn finds a program in the directories of a PATH.
func lookIn(path, name string) (file string, found bool) {
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) { // it would depend on where it is asked
			continue
		}
		if file, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return file, true
		}
	}
	return "", false
}
