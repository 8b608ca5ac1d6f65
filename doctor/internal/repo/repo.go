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
	ErrLink   = errors.New("it is a link to nothing, in a circle, or out of the folder")
	ErrCircle = errors.New("it is a link to a folder that it stands in, whose files are read there")
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
	if !valid(name) {
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
	if !valid(name) {
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	}
	switch info, err := r.root.Stat(filepath.FromSlash(name)); { // before it is opened: a pipe would wait for its writer
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case !info.Mode().IsRegular():
		return nil, kindOf(info.Mode())
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
// of libraries and caches. What cannot be listed or read is told to trouble.
func (r *Repo) Walk(visit func(name string), trouble func(name string, err error)) error {
	if err := r.walk(".", visit, trouble); err != nil {
		return fmt.Errorf("list %s: %w", r.show, err)
	}
	return nil
}

func (r *Repo) walk(dir string, visit func(string), trouble func(string, error)) error {
	r.listed[dir] = listing{walked: true}
	entries, err := r.entries(dir, -1)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && passed[e.Name()]:
		case e.IsDir():
			if err := r.walk(name, visit, trouble); err != nil {
				trouble(name, err)
			}
		case r.readable(name, e):
			visit(name)
		default:
			if err := r.odd(name, e.Type()); err != nil {
				trouble(name, err)
			}
		}
	}
	return err
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
