package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// fix writes all fixes until there are none, and answers what is still found.
func fix(t testing.TB, dir string, o doctor.Options) *doctor.Report {
	t.Helper()
	for range 5 {
		r, err := doctor.Check(t.Context(), []string{dir}, o)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := r.Changes()
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) == 0 {
			return r
		}
		for _, c := range changes {
			if len(c.Diff()) == 0 {
				t.Errorf("%s changes and shows no difference", c.File)
			}
			if err := c.Write(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatal("each fix needs another one")
	return nil
}

func TestWhatAFixWritesIsClean(t *testing.T) {
	for _, rule := range doctor.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			dir := write(t, rule.Bad)
			r, err := doctor.Check(t.Context(), []string{dir}, rule.Told)
			if err != nil {
				t.Fatal(err)
			}
			if changes, _ := r.Changes(); len(changes) == 0 {
				return // a person has to
			}
			if got := ids(fix(t, dir, rule.Told)); got != "" {
				t.Errorf("%s is still found", got)
			}
		})
	}
}

func TestAFixKeepsWindowsLineEndsModeAndTheRestOfTheFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(name, []byte("\xef\xbb\xbfFROM ruby:3.4\r\nCMD bundle exec sidekiq\r\n# the end"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := ids(fix(t, dir, doctor.Options{})); got != "" {
		t.Errorf("%s is still found", got)
	}
	content, _ := os.ReadFile(name)
	if want := "\xef\xbb\xbfFROM ruby:3.4\r\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\r\n# the end"; string(content) != want {
		t.Errorf("%q, want %q", content, want)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestAFixOfAFileWithBothKindsOfLineEndsChangesItsOwnLinesAlone(t *testing.T) {
	for before, want := range map[string]string{
		"FROM ruby:3.4\nRUN a\r\nCMD bundle exec sidekiq\r\nRUN b\n": "FROM ruby:3.4\nRUN a\r\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\r\nRUN b\n",
		"FROM ruby:3.4\r\nRUN a\nCMD bundle exec sidekiq\nRUN b\r\n": "FROM ruby:3.4\r\nRUN a\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\nRUN b\r\n",
		"FROM ruby:3.4\nRUN a\r\nRUN b\r\n\nCMD bundle exec sidekiq": "FROM ruby:3.4\nRUN a\r\nRUN b\r\n\nCMD [\"bundle\", \"exec\", \"sidekiq\"]",
	} {
		dir := write(t, "-- Dockerfile --\n")
		name := put(t, dir, "Dockerfile", before)
		if got := ids(fix(t, dir, doctor.Options{})); got != "" {
			t.Errorf("%s is still found", got)
		}
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%q becomes\n%q, want\n%q", before, got, want)
		}
	}
}

func TestAFixDoesNotWriteOverWhatSomebodyElseHasWritten(t *testing.T) {
	dir := write(t, "-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec sidekiq\n")
	r, _ := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
	changes, err := r.Changes()
	if err != nil || len(changes) != 1 {
		t.Fatalf("%d changes, %v", len(changes), err)
	}
	name := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(name, []byte("FROM scratch\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := changes[0].Write(); err == nil || !strings.Contains(err.Error(), "meanwhile") {
		t.Errorf("written all the same: %v", err)
	}
	if content, _ := os.ReadFile(name); string(content) != "FROM scratch\n" {
		t.Errorf("%q", content)
	}
}

func TestOfTwoFixesOfOneLineOneIsWrittenAtATime(t *testing.T) {
	file := put(t, t.TempDir(), "f", "one\ntwo\nthree\n")
	edit := func(line string) doctor.Finding {
		return doctor.Finding{Edits: []doctor.Edit{{File: file, First: 2, Last: 2, Lines: []string{line, line}}}}
	}
	changes, err := (&doctor.Report{Findings: []doctor.Finding{edit("a"), edit("b")}}).Changes()
	if err != nil || len(changes) != 1 || string(changes[0].New) != "one\na\na\nthree\n" {
		t.Errorf("%v, %q", err, changes)
	}
}
