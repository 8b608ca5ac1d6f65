package harness

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Files are stores that are files in one directory.
type Files struct{ dir string }

// NewFiles makes the directory in another one; empty: that of temporary files.
func NewFiles(_ context.Context, in string) (Stores, error) {
	dir, err := os.MkdirTemp(in, "tasuki-bench-")
	return Files{dir}, err
}

// Make copies a store and syncs the copy, so that its writing does not happen
// while others measure.
func (f Files) Make(_ context.Context, name, from string) (string, error) {
	to := filepath.Join(f.dir, name+".db")
	if from == "" {
		return to, nil
	}
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return "", err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return "", err
	}
	if err := out.Sync(); err != nil {
		return "", err
	}
	return to, out.Close()
}

// Seal refuses a store of which one file is not all.
func (f Files) Seal(_ context.Context, path string, _ Fill) error {
	if megabytes(path+"-wal") > 0 {
		return errors.New("closed with a write-ahead log left")
	}
	return nil
}

// Remove deletes a store with what lies beside it.
func (f Files) Remove(_ context.Context, path string) error {
	var all []error
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); !errors.Is(err, os.ErrNotExist) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// Close removes the directory.
func (f Files) Close() error { return os.RemoveAll(f.dir) }
