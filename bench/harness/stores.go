package harness

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// fresh is a new copy of the store that a row begins with, or a path where none
// is yet.
func (r *Runner) fresh(ctx context.Context, row *Row) (string, error) {
	r.copies++
	path := filepath.Join(r.Dir, fmt.Sprintf("run-%d.db", r.copies))
	if row.Fill == (Fill{}) {
		return path, nil
	}
	from, err := r.prepare(ctx, row)
	if err != nil {
		return "", err
	}
	return path, duplicate(from, path)
}

// prepare fills a store once for all rows that want the same.
func (r *Runner) prepare(ctx context.Context, row *Row) (string, error) {
	c := find(r.Contestants, row.Task.Contestant)
	if c == nil {
		return "", fmt.Errorf("no contestant %q", row.Task.Contestant)
	}
	key := fmt.Sprintf("filled-%s-%d-%d.db", c.fills(), row.Fill.Jobs, row.Fill.Strangers)
	if path := r.prepared[key]; path != "" {
		return path, nil
	}
	path := filepath.Join(r.Dir, key)
	fmt.Fprintf(r.Progress, "preparing %s\n", key)
	_, err := spawn(ctx, Task{Measure: "fill", Contestant: c.fills(), Path: path, Jobs: row.Fill.Jobs, Strangers: row.Fill.Strangers})
	if err != nil {
		return "", err
	}
	if megabytes(path+"-wal") > 0 {
		return "", fmt.Errorf("%s was closed with a write-ahead log left", key)
	}
	if r.prepared == nil {
		r.prepared = map[string]string{}
	}
	r.prepared[key] = path
	return path, nil
}

// duplicate copies a store and syncs the copy, so that its writing does not
// happen while others measure.
func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return out.Close()
}

// remove deletes a store with what lies beside it.
func remove(path string) {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(path + end)
	}
}
