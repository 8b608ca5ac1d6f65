package doctor

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// A Change is what the fixes of a report make of a file.
type Change struct {
	File     string
	Old, New []byte
}

// Diff is the change in the form of diff -u.
func (c *Change) Diff() []byte { return diff.Diff(c.File, c.Old, c.File+" (fixed)", c.New) }

// Changes are what the findings' edits make of their files; nothing is written. Edits that
// meet on a line are made in turn, by another call after the first ones were written.
func (r *Report) Changes() ([]Change, error) {
	edits := map[string][]Edit{}
	for _, f := range r.Findings {
		for _, e := range f.Edits {
			edits[e.File] = append(edits[e.File], e)
		}
	}
	var all []Change
	for _, file := range slices.Sorted(func(yield func(string) bool) {
		for file := range edits {
			if !yield(file) {
				return
			}
		}
	}) {
		c, err := change(file, edits[file])
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(c.Old, c.New) {
			all = append(all, c)
		}
	}
	return all, nil
}

func change(file string, edits []Edit) (Change, error) {
	old, err := os.ReadFile(file)
	if err != nil {
		return Change{}, fmt.Errorf("read what is to be fixed: %w", err)
	}
	lines := strings.Split(string(old), "\n")                                                  // Windows' keep their \r: a file may have both
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(b.First, a.First) }) // from below, so that lines keep their numbers
	untouched := len(lines) + 1
	for _, e := range edits {
		if e.First < 1 || e.First > len(lines)+1 || max(e.Last, e.First) >= untouched {
			continue // two on one line
		}
		if made, ok := e.apply(lines); ok {
			lines, untouched = made, e.First
		}
	}
	return Change{File: file, Old: old, New: []byte(strings.Join(lines, "\n"))}, nil
}

// apply makes one edit; not ok: the file is not what it was when it was judged.
func (e *Edit) apply(lines []string) ([]string, bool) {
	if e.insert == "" {
		if e.Last > len(lines) {
			return nil, false
		}
		return slices.Concat(lines[:e.First-1], e.ended(lines), lines[max(e.Last, e.First-1):]), true
	}
	for i := e.First - 1; i < min(max(e.Last, e.First), len(lines)); i++ {
		if at := strings.LastIndex(lines[i], e.before); at >= 0 {
			made := slices.Clone(lines)
			made[i] = lines[i][:at] + e.insert + lines[i][at:]
			return made, true
		}
	}
	return nil, false
}

// ended are the edit's lines with Windows' ends, if the line that they take the place of, or
// the one above, has one.
func (e *Edit) ended(lines []string) []string {
	at := min(e.First, len(lines)) - 1
	if !strings.HasSuffix(lines[at], "\r") && (at == 0 || at < len(lines)-1 || !strings.HasSuffix(lines[at-1], "\r")) {
		return e.Lines
	}
	made := slices.Clone(e.Lines)
	for i := range made {
		if i < len(made)-1 || e.Last < len(lines) {
			made[i] += "\r"
		}
	}
	return made
}

// Write puts the change into its file, whole or not at all.
func (c *Change) Write() error {
	file, err := filepath.EvalSymlinks(c.File)
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, c.Old) {
		return fmt.Errorf("fix %s: somebody else has changed it meanwhile", c.File)
	}
	made, err := os.CreateTemp(filepath.Dir(file), ".tasuki-fix-*")
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	defer os.Remove(made.Name())
	_, err = made.Write(c.New)
	if err := cmp.Or(err, made.Chmod(info.Mode().Perm()), made.Sync(), made.Close()); err != nil {
		return fmt.Errorf("fix %s: %w", c.File, err)
	}
	if err := os.Rename(made.Name(), file); err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	return nil
}
