package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// piped checks standard input in a folder of its own.
func piped(t *testing.T, content string) *doctor.Report {
	t.Helper()
	t.Chdir(t.TempDir())
	r, err := doctor.Check(t.Context(), []string{"-"}, doctor.Options{Stdin: strings.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStandardInputIsKnownByItsContent(t *testing.T) {
	unit := "[Service]\nExecStart=/usr/bin/sidekiq -t 600\nTimeoutStopSec=10\n"
	for name, c := range map[string]struct{ content, want string }{
		"a Dockerfile":                      {shellForm, "D101"},
		"a Dockerfile behind ARG":           {"# syntax=docker/dockerfile:1\n\nARG V=3.4\nfrom ruby:$V\nCMD bundle exec sidekiq\n", "D101"},
		"a Dockerfile of Windows":           {"\xef\xbb\xbf" + strings.ReplaceAll(shellForm, "\n", "\r\n"), "D101"},
		"a unit":                            {"[Unit]\nDescription=x\n\n" + unit, "S501"},
		"what systemctl cat prints":         {"# /etc/systemd/system/w.service\n" + unit, "S501"},
		"a Supervisor file":                 {"; workers\n[supervisord]\nnodaemon=true\n\n[program:w]\ncommand=sidekiq -t 600\nstopwaitsecs=10\n", "V651"},
		"a manifest that holds a unit":      {strings.TrimPrefix(longJobs, "-- k8s/worker.yaml --\n") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  w.service: |\n    [Service]\n    ExecStart=/usr/bin/sidekiq -t 600\n", "K202"},
		"a list of containers of ECS, JSON": {`[{"name": "w", "image": "x", "essential": true, "command": ["sidekiq", "-t", "60"]}]`, "E301"},
	} {
		t.Run(name, func(t *testing.T) {
			r := piped(t, c.content)
			if got := ids(r); !strings.Contains(got, c.want) || r.Files == 0 || r.Unread() {
				t.Fatalf("%q in %d files, %+v", got, r.Files, r.Notes)
			}
			if f := r.Findings[0]; f.Pos.File != "(standard input)" || len(f.Edits) > 0 {
				t.Errorf("%s, %+v", f.Pos, f.Edits)
			}
		})
	}
}

func TestStandardInputStandsBesideAFileOfTheSameKind(t *testing.T) {
	for _, repository := range []bool{false, true} {
		dir := t.TempDir()
		put(t, dir, "Dockerfile", "FROM ruby:3.4\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n")
		if repository {
			put(t, dir, ".git/HEAD", "")
		}
		t.Chdir(dir)
		r, err := doctor.Check(t.Context(), []string{"-"}, doctor.Options{Stdin: strings.NewReader(shellForm)})
		if err != nil || ids(r) != "D101" || r.Findings[0].Pos.File != "(standard input)" {
			t.Errorf("repository %v: %q, %v, %+v", repository, ids(r), err, r.Findings)
		}
	}
}

func TestAFileOfNoFormatCountsForNothingBesideOneThatIs(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "Dockerfile", shellForm)
	put(t, dir, ".git/HEAD", "")
	t.Chdir(dir)
	for _, asked := range []string{"-", put(t, dir, "notes.txt", "a text\n")} {
		r, err := doctor.Check(t.Context(), []string{asked}, doctor.Options{Stdin: strings.NewReader("a text\n")})
		if err != nil || r.Files != 0 {
			t.Errorf("%s: %d files, %v", asked, r.Files, err)
		}
	}
}
