package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// explain names the file in an error of opening it and says what to do.
func explain(err error, path string) error {
	if err == nil {
		return nil
	}
	if hint := hintFor(err, path); hint != "" && !strings.Contains(err.Error(), "(hint: ") {
		return fmt.Errorf("sqlite: open %s: %w (hint: %s)", path, err, hint)
	}
	return fmt.Errorf("sqlite: open %s: %w", path, err)
}

func hintFor(err error, path string) string {
	switch code(err) {
	case codeNotADB:
		return "this file is something else; name another, or restore it from a backup"
	case codeCorrupt:
		return "the file is damaged; restore it from a backup, or rescue what can be read with sqlite3's .recover"
	case codeReadOnly:
		return "the file must be writable; check its permissions and how its file system is mounted"
	case codeFull:
		return "the disk is full; make room"
	case codeIOErr:
		return "the file system failed; see the kernel's log, and whether the disk is full or gone"
	case codeBusy, codeLocked, codeProtocol:
		return "another program holds the file locked; look for one that has a transaction open"
	case codeCantOpen:
		return hintForPath(path)
	}
	if ended(err) {
		return "opening was given up; give it more time"
	}
	return "check that the path is right"
}

func hintForPath(path string) string {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case os.IsNotExist(err):
		return "make the directory " + dir + " first"
	case err == nil && !info.IsDir():
		return dir + " is not a directory"
	}
	return "the file and its directory must be readable and writable; check their permissions and how the file system is mounted"
}
