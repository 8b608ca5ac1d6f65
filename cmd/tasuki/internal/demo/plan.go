package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A plan is what the demo found before it began: every file that must be in the
// manifest in the end.
type plan struct {
	tree
	entries []planned
	files   int
	bytes   int64
}

// A planned entry is a file as it was before the demo began.
type planned struct {
	entry
	size  int64
	mtime int64
}

// makePlan walks the tree.
func makePlan(ctx context.Context, t tree) (*plan, error) {
	if _, err := os.ReadDir(t.root); err != nil {
		return nil, fmt.Errorf("read %s: %s (hint: name a directory that you may read)", t.root, reason(err))
	}
	p := &plan{tree: t}
	for e, err := range t.after(ctx, "", "") {
		if err != nil {
			return nil, fmt.Errorf("walk %s: %w", t.root, err)
		}
		f := planned{entry: e}
		if info, err := os.Lstat(t.path(e.place)); err == nil && e.problem == "" {
			f.size, f.mtime = info.Size(), info.ModTime().UnixNano()
			p.bytes += f.size
		}
		if e.problem == "" {
			p.files++
		}
		p.entries = append(p.entries, f)
	}
	return p, nil
}

// halves are the two jobs' parts of the plan. The second is nil if there is
// nothing to halve.
func (p *plan) halves() []part {
	whole := part{Number: 1, Root: place(p.root), Skip: place(p.skip), Pace: p.pace()}
	if len(p.entries) < 2 {
		return []part{whole}
	}
	first, second := whole, whole
	first.Until = p.entries[(len(p.entries)-1)/2].place
	second.Number, second.After = 2, first.Until
	return []part{first, second}
}

// The demo of a small tree is made to last so long that there is something to
// interrupt: each file takes its share of it, up to slowest. The many files of a
// big tree take the time that they take.
const (
	shortest = 9 * time.Second
	slowest  = time.Second
	fastest  = time.Millisecond
)

func (p *plan) pace() time.Duration {
	pace := min(shortest/time.Duration(max(len(p.entries), 1)), slowest)
	if pace < fastest {
		return 0
	}
	return pace
}

// rootOf is the directory to hash: the one that was named, or the Go tree.
func rootOf(ctx context.Context, dir string) (string, error) {
	const hint = "(hint: name a directory: tasuki demo DIR)"
	if dir == "" {
		if dir = goroot(ctx); dir == "" {
			return "", fmt.Errorf("choose what to hash: no directory was named, and there is no Go here whose tree could be taken %s", hint)
		}
	}
	root, err := filepath.Abs(dir)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	var info os.FileInfo
	if err == nil {
		info, err = os.Stat(root)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("read %s: there is no such directory %s", dir, hint)
	case err != nil:
		return "", fmt.Errorf("read %s: %s %s", dir, reason(err), hint)
	case !info.IsDir():
		return "", fmt.Errorf("read %s: it is not a directory %s", dir, hint)
	}
	return root, nil
}

// goroot is the Go tree that the go command names, or the environment.
func goroot(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output(); err == nil {
		if root := strings.TrimSpace(string(out)); root != "" {
			return root
		}
	}
	return os.Getenv("GOROOT")
}
