// Package repo finds and reads the files of a repository: bounded in size, without following
// links out of it, without running anything.
package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// MaxSize is the size up to which files are read. What describes a deployment is smaller.
const MaxSize = 4 << 20

// The errors of files that are there and not read.
var (
	ErrLarge  = fmt.Errorf("it is larger than %d MB", MaxSize>>20)
	ErrBinary = errors.New("it is no text")
	ErrOdd    = errors.New("it is no ordinary file")
	ErrLink   = errors.New("it is a link to nothing, or out of the folder")
)

// A Repo is a folder whose files are read. One goroutine uses it.
type Repo struct {
	root *os.Root
	show string // what the user typed for it

	read   map[string]file
	listed map[string]listing
	given  map[string]string // names under which people know files that are in no folder
}

type file struct {
	content []byte
	err     error
}

// Open opens the folder dir.
func Open(dir string) (*Repo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return &Repo{root: root, show: filepath.Clean(dir), read: map[string]file{}, listed: map[string]listing{}}, nil
}

// Close ends its use.
func (r *Repo) Close() error { return r.root.Close() }

// Give adds a file that is in no folder, such as standard input; shown is what people call it.
func (r *Repo) Give(name, shown string, content []byte) {
	content, err := text(content)
	if len(content) > MaxSize {
		content, err = nil, ErrLarge
	}
	r.read[name] = file{content, err}
	r.given = map[string]string{name: shown}
}

// All are the files that have been read, by the names under which people know them.
func (r *Repo) All() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, name := range slices.Sorted(maps.Keys(r.read)) {
			if f := r.read[name]; f.err == nil && !yield(r.Shown(name), f.content) {
				return
			}
		}
	}
}

// Shown is a file's path as the user would type it.
func (r *Repo) Shown(name string) string {
	if shown, ok := r.given[name]; ok {
		return shown
	}
	return filepath.Join(r.show, filepath.FromSlash(name))
}

// Exists says whether there is an ordinary file of that name, a path with slashes.
func (r *Repo) Exists(name string) bool {
	if _, ok := r.given[name]; ok {
		return true
	}
	if !fs.ValidPath(name) {
		return false
	}
	info, err := r.root.Stat(filepath.FromSlash(name))
	return err == nil && info.Mode().IsRegular()
}

// Read is the content of a file. Line ends are made Unix's; lines stay where they are.
func (r *Repo) Read(name string) ([]byte, error) {
	if known, ok := r.read[name]; ok {
		return known.content, known.err
	}
	content, err := r.load(name)
	r.read[name] = file{content, err}
	return content, err
}

func (r *Repo) load(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	switch info, err := r.root.Stat(filepath.FromSlash(name)); { // before it is opened: a pipe would wait for its writer
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case !info.Mode().IsRegular():
		return nil, ErrOdd
	case info.Size() > MaxSize:
		return nil, ErrLarge
	}
	f, err := r.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case len(content) > MaxSize:
		return nil, ErrLarge
	}
	return text(content)
}

// text is the content without what Windows adds to text.
func text(content []byte) ([]byte, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 {
		return nil, ErrBinary
	}
	return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), nil
}

// passed are folders in which nothing of the repository's own is deployed from.
var passed = map[string]bool{
	".git": true, ".hg": true, ".svn": true, "node_modules": true, "vendor": true, ".terraform": true, ".venv": true, "venv": true,
	"__pycache__": true, ".cache": true, ".bundle": true, "bower_components": true, "target": true, "tmp": true, "log": true,
}

// Walk gives the names of all files, with slashes, that may matter: in order, without those
// of libraries and caches. What cannot be listed is told to trouble.
func (r *Repo) Walk(visit func(name string), trouble func(name string, err error)) error {
	return fs.WalkDir(r.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return fmt.Errorf("list %s: %w", r.show, err)
		case err != nil:
			trouble(name, err)
			return nil
		case d.IsDir() && name != "." && passed[path.Base(name)]:
			return fs.SkipDir
		case d.IsDir():
			r.listed[name] = listing{walked: true}
		case d.Type().IsRegular(), d.Type()&fs.ModeSymlink != 0 && r.Exists(name):
			visit(name)
		case d.Type()&fs.ModeSymlink != 0:
			r.broken(name, trouble)
		}
		return nil
	})
}

// broken tells of a link that cannot be followed. A folder behind a link is read where it is.
func (r *Repo) broken(name string, trouble func(string, error)) {
	if info, err := r.root.Stat(filepath.FromSlash(name)); err != nil || !info.IsDir() {
		trouble(name, ErrLink)
	}
}

// Find gives the file whose path ends like that of a program on a server: of
// /srv/shop/current/bin/work the longest end that the repository has, of at least two parts.
func (r *Repo) Find(absolute string) (string, bool) {
	parts := strings.Split(strings.Trim(path.Clean(absolute), "/"), "/")
	for i := range len(parts) - 1 {
		if name := path.Join(parts[i:]...); r.Exists(name) {
			return name, true
		}
	}
	return "", false
}
