package faulty

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	module = "github.com/tasuki-jobs/tasuki"
	// copiesDir is where the copies seem to be, below this package.
	copiesDir = "copies"
	// original is the reference store, seen from this package.
	original = "../../../memory"
)

// copies are files that exist only in an overlay.
type copies struct {
	here    string            // this package's directory
	scratch string            // where the files are in truth
	files   map[string]string // by the path where they seem to be: their true path
}

// add writes one file of the overlay.
func (c *copies) add(seems, text string) error {
	truth := filepath.Join(c.scratch, fmt.Sprintf("%d.go", len(c.files)))
	c.files[filepath.Join(c.here, copiesDir, seems)] = truth
	return os.WriteFile(truth, []byte(text), 0o644)
}

// plant makes one copy of the reference store with a fault in it.
func (c *copies) plant(name string, edits []edit) error {
	files, err := filepath.Glob(filepath.Join(original, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		spoilt, err := spoil(string(text), filepath.Base(file), edits)
		if err != nil {
			return fmt.Errorf("fault %q: %w", name, err)
		}
		if err := c.add(filepath.Join(dirOf(name), filepath.Base(file)), spoilt); err != nil {
			return err
		}
	}
	return nil
}

// spoil makes the edits that are for this file.
func spoil(text, file string, edits []edit) (string, error) {
	for _, e := range edits {
		if e.file != file {
			continue
		}
		if n := strings.Count(text, e.old); n != 1 {
			return "", fmt.Errorf("%s holds %d times, not once:\n%s", file, n, e.old)
		}
		text = strings.Replace(text, e.old, e.new, 1)
	}
	return text, nil
}

// dirOf is a fault's name as a directory and package.
func dirOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// drive writes the test program that runs storetest on each copy.
func (c *copies) drive(names []string) error {
	var imports, entries strings.Builder
	for i, name := range names {
		fmt.Fprintf(&imports, "\tf%d %q\n", i, module+"/store/storetest/internal/faulty/"+copiesDir+"/"+dirOf(name))
		fmt.Fprintf(&entries, "\t{%q, func(clock func() time.Time) faulty.Store { return f%d.New(f%d.Options{Clock: clock}) }},\n",
			dirOf(name), i, i)
	}
	return c.add("copies_test.go", fmt.Sprintf(driver, imports.String(), entries.String()))
}

const driver = `package copies

import (
	"testing"
	"time"

	"` + module + `/store/storetest"
	"` + module + `/store/storetest/internal/faulty"
%s)

var copies = []struct {
	name string
	open func(clock func() time.Time) faulty.Store
}{
%s}

func TestCopies(t *testing.T) {
	for _, c := range copies {
		t.Run(c.name, func(t *testing.T) { storetest.Run(t, faulty.Harness(c.open)) })
	}
}
`

// build compiles all copies into one test program and answers its path.
func build(ctx context.Context, scratch string, all []fault) (string, error) {
	here, err := os.Getwd() // of a test: its package's directory
	if err != nil {
		return "", err
	}
	c := copies{here: here, scratch: scratch, files: map[string]string{}}
	names := []string{unspoilt}
	if err := c.plant(unspoilt, nil); err != nil {
		return "", err
	}
	for _, f := range slices.Concat(all, freedoms) {
		names = append(names, f.name)
		if err := c.plant(f.name, f.edits); err != nil {
			return "", err
		}
	}
	if err := c.drive(names); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": c.files})
	if err != nil {
		return "", err
	}
	list := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		return "", err
	}
	program := filepath.Join(scratch, "copies.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", list, "-o", program, "./"+copiesDir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile the copies: %w\n%s", err, bytes.TrimSpace(out))
	}
	return program, nil
}

// unspoilt is the copy without a fault.
const unspoilt = "unspoilt"
