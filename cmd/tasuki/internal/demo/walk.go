package demo

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// A tree is a directory to walk: its regular files in one order. Symbolic links
// are not followed.
type tree struct {
	root string
	skip string // a directory that is left out: the demo's own
}

// An entry is what the walk meets: a regular file, or a directory that cannot be
// read, with the problem.
type entry struct {
	place   place
	problem string
}

func (t tree) path(p place) string { return filepath.Join(t.root, filepath.FromSlash(string(p))) }

// after yields what comes behind one place, up to and including another; an
// empty place is the tree's end on that side. What is not needed is not read.
func (t tree) after(ctx context.Context, behind, until place) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		w := walk{tree: t, ctx: ctx, behind: behind, until: until, yield: yield}
		w.skip, _ = os.Stat(t.skip)
		w.dir("")
		if err := ctx.Err(); err != nil && !w.stopped {
			yield(entry{}, err)
		}
	}
}

// A walk is one walk under way.
type walk struct {
	tree
	ctx           context.Context
	behind, until place
	skip          fs.FileInfo
	yield         func(entry, error) bool
	stopped       bool // the consumer has enough
}

// dir walks one directory and says whether to go on.
func (w *walk) dir(at place) bool {
	names, err := os.ReadDir(w.path(at))
	if err != nil && !w.give(entry{place: at, problem: reason(err)}) {
		return false
	}
	for _, name := range names {
		p := place(name.Name())
		if at != "" {
			p = at + "/" + p
		}
		if !w.one(p, name) {
			return false
		}
	}
	return true
}

func (w *walk) one(p place, e fs.DirEntry) bool {
	if w.ctx.Err() != nil || w.until != "" && p.compare(w.until) > 0 {
		return false
	}
	switch {
	case e.Type().IsRegular():
		return w.give(entry{place: p})
	case e.IsDir() && (p.compare(w.behind) > 0 || p == w.behind || p.holds(w.behind)) && !w.left(e):
		return w.dir(p)
	}
	return true
}

// give yields an entry unless it is not behind the start.
func (w *walk) give(e entry) bool {
	if w.behind != "" && e.place.compare(w.behind) <= 0 {
		return true
	}
	w.stopped = !w.yield(e, nil)
	return !w.stopped
}

// left says whether the directory is the one to leave out.
func (w *walk) left(e fs.DirEntry) bool {
	if w.skip == nil {
		return false
	}
	info, err := e.Info()
	return err == nil && os.SameFile(info, w.skip)
}

// vanished is the problem of a file that was listed and is not there any more.
const vanished = "it is gone"

// reason is why a file cannot be read, without its path.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return vanished
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
