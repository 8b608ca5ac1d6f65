package repo

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// mostListed is how many entries of one folder are looked at. In a folder with more files
// nobody keeps what describes a deployment.
const mostListed = 10_000

// A listing is what is in a folder.
type listing struct {
	files, folders []string
	walked         bool // Walk has seen it, and keeps nothing of it
}

// List is what is in one folder, by names with slashes: the files that may be read, and the
// folders that Walk would go into. Of a very large folder it is a part.
func (r *Repo) List(dir string) (files, folders []string) {
	l, ok := r.listed[dir]
	if !ok || l.walked {
		l = r.list(dir)
		r.listed[dir] = l
	}
	return l.files, l.folders
}

func (r *Repo) list(dir string) (l listing) {
	if !r.IsFolder(dir) {
		return l
	}
	entries, _ := r.entries(dir, mostListed) // what could be read before a failure is there
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && !passed[e.Name()]:
			l.folders = append(l.folders, name)
		case r.readable(name, e):
			l.files = append(l.files, name)
		}
	}
	return l
}

// entries are what a folder has, in order; most: no more than so many, -1: all.
func (r *Repo) entries(dir string, most int) ([]fs.DirEntry, error) {
	f, err := r.root.Open(filepath.FromSlash(dir))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(most)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// readable says whether an entry is a file, or a link to one.
func (r *Repo) readable(name string, e fs.DirEntry) bool {
	return e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0 && r.Exists(name)
}

// IsFolder says whether there is a folder of that name that Walk would go into.
func (r *Repo) IsFolder(name string) bool {
	if !valid(name) || name != "." && passed[path.Base(name)] {
		return false
	}
	info, err := r.root.Stat(filepath.FromSlash(name))
	return err == nil && info.IsDir()
}

// Looked says how much was looked at: the files that were read, or tried, and the folders
// that were listed.
func (r *Repo) Looked() (files, folders int) { return len(r.read), len(r.listed) }
