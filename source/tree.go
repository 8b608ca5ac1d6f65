package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Tree is what [Files] goes through.
type Tree struct {
	Root string // a directory; with FS one of it, default "."
	FS   fs.FS  // default: the files of this machine
	// Match is a pattern of [path.Match] for the last name of a path. It does not
	// choose the directories that are entered. Default: all.
	Match string
	// All yields directories, symbolic links and devices too. Default: regular files.
	All bool
}

// A Found is one file of a tree.
type Found struct {
	Path string      // to open it by: the root's path included, or its path in FS
	Type fs.FileMode // the type bits; 0 is a regular file
}

// Files goes through the files of a directory and of those below it, in the order
// of their names; a directory comes before what is in it. Symbolic links are not
// followed, but the root may be one. A directory that cannot be read fails the
// attempt with its path; one that is deleted meanwhile is passed over.
//
// Cursor: the [Path] of the last file done. Resuming lists the directories on that
// path and no others, so it does not depend on how many files are done already, but
// a directory of a million files is listed once more: names come in no order from the disk.
// Names are held in memory for the directories of one path at a time.
//
// Files that come behind the cursor are done if their directory has not been
// listed yet in this run; those that come before it are not. Deleted files are no
// harm, the cursor's own too; one that is deleted behind the listing is yielded.
func Files(t Tree) Of[Path, Found] {
	return items(Of[Path, Found]{
		Compare: comparePaths,
		After: func(ctx context.Context, c Path) iter.Seq2[Item[Path, Found], error] {
			w, err := t.walker(ctx)
			if err != nil {
				return broken[Item[Path, Found]](err)
			}
			return func(yield func(Item[Path, Found], error) bool) {
				w := w
				w.yield = yield
				if err := w.enter("", string(c)); err != nil && err != errEnough {
					yield(Item[Path, Found]{}, err)
				}
			}
		},
	})
}

// A walker walks a tree once.
type walker struct {
	Tree
	ctx   context.Context
	yield func(Item[Path, Found], error) bool
}

var errEnough = errors.New("no more files are wanted")

func (t Tree) walker(ctx context.Context) (walker, error) {
	if _, err := path.Match(t.Match, ""); err != nil {
		return walker{}, fmt.Errorf("Tree.Match %q: %w", t.Match, err)
	}
	if t.Root == "" && t.FS == nil {
		return walker{}, errors.New("Tree.Root is missing")
	}
	t.Root = cmp.Or(t.Root, ".")
	return walker{Tree: t, ctx: ctx}, nil
}

// An entry is a name in a directory.
type entry struct {
	name string
	mode fs.FileMode
}

// enter walks one directory, given by its path below the root. Of what is in it
// only that behind the path after is yielded; "" is all of it.
func (w *walker) enter(dir, after string) error {
	skip, below, _ := strings.Cut(after, "/")
	entries, err := w.list(dir, skip)
	if errors.Is(err, fs.ErrNotExist) && dir != "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list %s: %w", w.place(dir), err)
	}
	for _, e := range entries {
		at, rest := path.Join(dir, e.name), ""
		if after != "" && e.name == skip {
			rest = below // what it names itself is done
		} else if err := w.found(at, e); err != nil {
			return err
		}
		if !e.mode.IsDir() {
			continue
		}
		if err := w.enter(at, rest); err != nil {
			return err
		}
	}
	return nil
}

// open is not os.DirFS for a directory of this machine: that refuses names that are
// not UTF-8.
func (w *walker) open(dir string) (fs.File, error) {
	if w.FS == nil {
		return os.Open(w.place(dir))
	}
	return w.FS.Open(w.place(dir))
}

// found yields a file if it is wanted.
func (w *walker) found(at string, e entry) error {
	if !w.All && !e.mode.IsRegular() {
		return nil
	}
	if matches, _ := path.Match(w.Match, e.name); w.Match != "" && !matches {
		return nil
	}
	if !w.yield(Item[Path, Found]{Path(at), Found{w.place(at), e.mode}}, nil) {
		return errEnough
	}
	return nil
}

// place is a path below the root as the user opens it.
func (w *walker) place(at string) string {
	if w.FS == nil {
		return filepath.Join(w.Root, filepath.FromSlash(at))
	}
	return path.Join(w.Root, at)
}

// list is what is in a directory from a name on, in order. It is read in parts, so
// that of a huge one only what is still to be done is held.
func (w *walker) list(dir, from string) ([]entry, error) {
	f, err := w.open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d, can := f.(fs.ReadDirFile)
	if !can {
		return nil, errors.New("it is no directory, or cannot be listed")
	}
	var all []entry
	for {
		part, err := d.ReadDir(1000)
		for _, e := range part {
			if e.Name() >= from {
				all = append(all, entry{strings.Clone(e.Name()), e.Type()})
			}
		}
		if err == nil {
			err = w.ctx.Err()
		}
		if err == io.EOF {
			slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.name, b.name) })
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
