package pid1

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// Exit codes of a command that cannot be started, as shells and tini have them.
const (
	codeFailed        = 1
	codeNotExecutable = 126
	codeNotFound      = 127
)

// defaultPath is where commands are looked for without a PATH, as execvp(3) does.
const defaultPath = "/bin:/usr/bin"

// find is the file that a command's name means: itself, if there is a slash in it, or
// the first in path that can be executed.
func find(name, path string, set bool) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	if name == "" {
		return "", syscall.ENOENT
	}
	if !set {
		path = defaultPath
	}
	why := error(syscall.ENOENT)
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			dir = "."
		}
		file := dir + "/" + name
		info, err := os.Stat(file)
		switch {
		case err == nil && info.Mode().IsRegular() && mayExecute(file):
			return file, nil
		case err == nil, errors.Is(err, os.ErrPermission):
			why = syscall.EACCES
		}
	}
	return "", why
}

// unstartable is the exit code for a command that does not start, and what may mend it.
func unstartable(file string, why error) (code int, hint string) {
	switch {
	case errors.Is(why, syscall.ENOENT):
		if _, err := os.Stat(file); file != "" && err == nil {
			return codeNotFound, "the file is there, but not the interpreter that its first line names, or its dynamic loader"
		}
		return codeNotFound, "is it in the image, and its directory in PATH?"
	case errors.Is(why, syscall.EACCES):
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return codeNotExecutable, "it is a directory"
		}
		return codeNotExecutable, "chmod +x; is its disk mounted noexec?"
	case errors.Is(why, syscall.ENOTDIR):
		return codeFailed, "a part of its path is no directory"
	}
	return codeFailed, "can this machine run the file?"
}
