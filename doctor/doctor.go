package doctor

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Options are what the user says besides the files. The zero Options do.
type Options struct {
	// Timeout is how long the workers' own stop may take, where no file says it.
	// Default: what each worker does by itself.
	Timeout time.Duration

	// LongestJob is how long jobs take that a worker waits for without an end.
	// Default 0: not known.
	LongestJob time.Duration

	// Workers are programs that work jobs off, by the base names of their commands,
	// beside those that are known.
	Workers []string

	// Stdin is read in place of a file for the path "-": what helm template or kustomize
	// build print, any other YAML or JSON, a Dockerfile, a systemd unit or a Supervisor file.
	// Default: nothing.
	Stdin io.Reader
}

// Check reads the files and folders that paths name and judges them; no paths: the current
// folder. What cannot be read is in the report's notes; an error means that nothing was
// checked.
func Check(ctx context.Context, paths []string, o Options) (*Report, error) {
	if o.Timeout < 0 || o.LongestJob < 0 {
		return nil, fmt.Errorf("a time is negative (hint: 0 means that it is not known)")
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	r := &Report{}
	for _, path := range paths {
		if err := r.add(ctx, path, o); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add checks one path.
func (r *Report) add(ctx context.Context, path string, o Options) error {
	if path == "-" {
		return r.addStdin(ctx, o)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if !info.IsDir() {
		return r.addFile(ctx, path, o)
	}
	s, err := openSite(path, o)
	if err != nil {
		return err
	}
	return r.addSite(ctx, s, "")
}

// addFile checks a single file.
func (r *Report) addFile(ctx context.Context, file string, o Options) error {
	s, only, err := siteOf(file, o)
	if err != nil {
		return err
	}
	return r.addSite(ctx, s, only)
}

// siteOf is what a single file is a part of; what it refers to is looked for there.
func siteOf(file string, o Options) (s *site, only string, err error) {
	dir, only, ok := around(file)
	if !ok {
		dir, only = standing(file)
	}
	s, err = openSite(dir, o)
	if err != nil {
		return nil, "", err
	}
	s.lone = !ok
	return s, only, nil
}

func (r *Report) addSite(ctx context.Context, s *site, only string) error {
	defer s.repo.Close()
	if err := s.read(ctx, only); err != nil {
		return err
	}
	s.judge(r)
	return nil
}

// around is the repository that a single file is a part of; not ok: it is in none.
func around(file string) (dir, name string, ok bool) {
	dir, name = filepath.Dir(file), filepath.Base(file)
	for at, below := dir, name; ; {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return at, filepath.ToSlash(below), true
		}
		abs, err := filepath.Abs(at)
		if err != nil || filepath.Dir(abs) == abs {
			return dir, name, false
		}
		below = filepath.Join(filepath.Base(abs), below)
		at = filepath.Join(at, "..")
	}
}
