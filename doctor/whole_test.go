package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// TestWholeRepositoriesAreJudgedAsTheyDeserve reads testdata/whole/*.txtar: a repository each, and
// in the file "want" what is to be found in it, a line each: FILE:LINE RULE. The lines in
// front of the first file may say what a user says: longest-job 10m, worker-timeout 30s,
// worker NAME.
func TestWholeRepositoriesAreJudgedAsTheyDeserve(t *testing.T) {
	names, err := filepath.Glob("testdata/whole/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no repositories: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(content)
			want, ok := "", false
			for _, f := range archive.Files {
				if f.Name == "want" {
					want, ok = string(f.Data), true
				}
			}
			if !ok {
				t.Fatal("it does not say what it wants")
			}
			if got := found(t, string(content), told(t, string(archive.Comment))); got != want {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// told are the options that a repository's comment has.
func told(t *testing.T, comment string) (o doctor.Options) {
	t.Helper()
	for line := range strings.Lines(comment) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch key {
		case "longest-job":
			o.LongestJob, err = time.ParseDuration(value)
		case "worker-timeout":
			o.Timeout, err = time.ParseDuration(value)
		case "worker":
			o.Workers = append(o.Workers, value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// found is what was found, a line each.
func found(t *testing.T, files string, o doctor.Options) string {
	t.Helper()
	dir := write(t, files)
	r, err := doctor.Check(t.Context(), []string{dir}, o)
	if err != nil {
		t.Fatal(err)
	}
	b := &strings.Builder{}
	for _, f := range r.Findings {
		rel, err := filepath.Rel(dir, f.Pos.File)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(b, "%s:%d %s\n", filepath.ToSlash(rel), f.Pos.Line, f.Rule)
	}
	for _, n := range r.Notes {
		if rel, err := filepath.Rel(dir, n.Pos.File); err == nil && n.Unread {
			fmt.Fprintf(b, "%s unread\n", filepath.ToSlash(rel))
		}
	}
	return b.String()
}
