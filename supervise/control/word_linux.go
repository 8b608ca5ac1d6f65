package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// An about is what a supervisor leaves about itself.
type about struct {
	Format  int       `json:"format"`
	Name    string    `json:"name"`
	PID     int       `json:"pid"`
	Start   uint64    `json:"start"`
	Boot    string    `json:"boot"`
	Started time.Time `json:"started"`
	File    string    `json:"file,omitempty"`
	Log     string    `json:"log,omitempty"`
}

const (
	wordFormat  = 1
	aboutFile   = "supervisor.json"
	refusedFile = "refused.json"
)

func aboutIn(dir string) (about, error) {
	var a about
	path := filepath.Join(dir, aboutFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return about{}, fmt.Errorf("%s: %w", path, err)
	}
	if a.Format != wordFormat {
		return about{}, fmt.Errorf("%s is of another version", path)
	}
	return a, nil
}

// lives says whether the process that left it does.
func (a about) lives() bool {
	id, err := host.Of(a.PID)
	if a.PID <= 0 || err != nil || id.Start != a.Start || id.Boot != a.Boot {
		return false
	}
	p, err := proc.Read(a.PID)
	return err == nil && !p.Ended()
}

// write replaces a file as a whole.
func write(dir, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".part", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// Refuse writes down that a configuration cannot be worked with, so that `tasuki ensure`
// does not try it again and again. The hash is its [settings.Settings.Hash].
func Refuse(dir, hash string, why error) error {
	dir, err := supervise.Enter(dir)
	if err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	if err := write(dir, refusedFile, supervise.Refusal{At: time.Now(), Hash: hash, Error: why.Error()}); err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	return nil
}

// Refused is the configuration that was refused last in a directory; nil: none was.
func Refused(dir string) *supervise.Refusal {
	text, err := os.ReadFile(filepath.Join(dir, refusedFile))
	var f supervise.Refusal
	if err != nil || json.Unmarshal(text, &f) != nil || f.Hash == "" {
		return nil
	}
	return &f
}

// accepted forgets it.
func accepted(dir string) error {
	if err := os.Remove(filepath.Join(dir, refusedFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
