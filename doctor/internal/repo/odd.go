package repo

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// odd says why an entry that is neither file nor folder is not read, without opening it: a
// pipe would wait for its writer. nil: nothing is lost.
func (r *Repo) odd(name string, kind fs.FileMode) error {
	if kind&fs.ModeSymlink == 0 {
		return kindOf(kind)
	}
	switch info, err := r.root.Stat(filepath.FromSlash(name)); {
	case err != nil:
		return ErrLink
	case !info.IsDir():
		return kindOf(info.Mode())
	case r.above(name, info):
		return ErrCircle
	}
	return nil // a folder behind a link is read where it is
}

// above says whether a folder is one of those that a name stands in.
func (r *Repo) above(name string, folder fs.FileInfo) bool {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if info, err := r.root.Stat(filepath.FromSlash(dir)); err == nil && os.SameFile(info, folder) {
			return true
		}
		if dir == "." {
			return false
		}
	}
}

// kindOf is what a file is that is no ordinary one.
func kindOf(mode fs.FileMode) error {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return fmt.Errorf("%w, but a named pipe", ErrOdd)
	case mode&fs.ModeSocket != 0:
		return fmt.Errorf("%w, but a socket", ErrOdd)
	case mode&fs.ModeDevice != 0:
		return fmt.Errorf("%w, but a device", ErrOdd)
	case mode.IsDir():
		return fmt.Errorf("%w, but a folder", ErrOdd)
	}
	return ErrOdd
}

// valid says whether a name is a path below the folder, with slashes. Unlike io/fs, systems
// take names that are not UTF-8.
func valid(name string) bool { return fs.ValidPath(strings.ToValidUTF8(name, "?")) }
