package doctor

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
)

// A listing is the repository and the names of its files that may be read.
type listing struct {
	repo    *repo.Repo
	names   []string
	only    string   // the single one that was asked for; empty: all
	ordered []string // names, sorted; nil: not yet
	lone    bool     // no repository says how far the folder reaches: see vicinity
}

func (l *listing) pos(name string) Pos { return Pos{File: l.repo.Shown(name)} }

// has says whether there is a file of that name, or a folder with files.
func (l *listing) has(name string) bool {
	_, ok := slices.BinarySearch(l.sorted(), name)
	return ok || l.hasFolder(name) || l.repo.Exists(name)
}

// sorted are the names of all files in the order of their letters.
func (l *listing) sorted() []string {
	if l.ordered == nil {
		l.ordered = slices.Sorted(slices.Values(l.names))
	}
	return l.ordered
}

// hasFolder says whether a folder has files that may be read.
func (l *listing) hasFolder(name string) bool {
	if l.lone {
		return l.repo.IsFolder(name)
	}
	i, _ := slices.BinarySearch(l.sorted(), name+"/")
	return i < len(l.sorted()) && strings.HasPrefix(l.sorted()[i], name+"/")
}

// present are those of the names that a folder has.
func (l *listing) present(dir string, names []string) (all []string) {
	for _, name := range names {
		if at := path.Join(dir, name); l.repo.Exists(at) {
			all = append(all, at)
		}
	}
	return all
}

// neighbour is a file of the same folder.
func (l *listing) neighbour(name, other string) ([]byte, string, bool) {
	at := path.Join(path.Dir(name), other)
	content, err := l.repo.Read(at)
	return bytes.TrimSpace(content), l.repo.Shown(at), err == nil
}
