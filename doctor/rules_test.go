package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// write lays the files of an example out in a folder of their own.
func write(t testing.TB, files string) string {
	t.Helper()
	dir := t.TempDir()
	archive := txtar.Parse([]byte(files))
	if len(archive.Files) == 0 {
		t.Fatalf("no files in %q", files)
	}
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// put writes one file.
func put(t testing.TB, dir, name, content string) string {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func check(t testing.TB, files string, o doctor.Options) *doctor.Report {
	t.Helper()
	r, err := doctor.Check(t.Context(), []string{write(t, files)}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range r.Notes {
		if n.Unread {
			t.Errorf("%s: %s", n.Pos, n.Text)
		}
	}
	return r
}

// ids are the rules of what was found.
func ids(r *doctor.Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Rule)
	}
	return strings.Join(all, " ")
}

func TestEachRuleFindsItsBadExampleAndNothingElse(t *testing.T) {
	for _, rule := range doctor.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			r := check(t, rule.Bad, rule.Told)
			if got := ids(r); got != rule.ID {
				t.Errorf("found %q", got)
			}
			for _, f := range r.Findings {
				if f.Severity > rule.Severity || f.Message == "" || f.Fix == "" || f.Pos.Line == 0 {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

func TestNoRuleFindsAnythingInAGoodExample(t *testing.T) {
	for _, rule := range doctor.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			r := check(t, rule.Good, rule.Told)
			for _, f := range r.Findings {
				t.Errorf("%s %s: %s", f.Pos, f.Rule, f.Message)
			}
		})
	}
}

func TestEachRuleSaysAllOfItself(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range doctor.Rules() {
		if r.ID == "" || r.Name == "" || r.Severity == 0 || r.Finds == "" || r.Why == "" || r.Fix == "" || r.Bad == "" || r.Good == "" {
			t.Errorf("%s is not complete", r.ID)
		}
		if seen[r.ID] || seen[r.Name] {
			t.Errorf("%s %s is there twice", r.ID, r.Name)
		}
		seen[r.ID], seen[r.Name] = true, true
	}
}
