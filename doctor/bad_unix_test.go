//go:build unix

package doctor_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

const shellForm = "FROM ruby:3.4\nCMD bundle exec sidekiq\n"

// found checks a folder that holds something odd beside a Dockerfile with D101, which has to be found
// all the same.
func beside(t *testing.T, dir string) *doctor.Report {
	t.Helper()
	put(t, dir, "app/Dockerfile", shellForm)
	var r *doctor.Report
	var err error
	took := stopwatch.Best(1, func() { r, err = doctor.Check(t.Context(), []string{dir}, doctor.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	if took > 5*time.Second*slower {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(ids(r), "D101") {
		t.Errorf("found %q", ids(r))
	}
	return r
}

// unread says whether a note tells that a file was not read, and why.
func unread(t *testing.T, r *doctor.Report, name, why string) {
	t.Helper()
	if !r.Unread() {
		t.Error("the report says that all was read")
	}
	for _, n := range r.Notes {
		if strings.HasSuffix(n.Pos.File, name) && n.Unread && strings.Contains(n.Text, why) {
			return
		}
	}
	t.Errorf("no note that %s was not read: %s; %+v", name, why, r.Notes)
}

func TestABombOfAliasesCostsNothing(t *testing.T) {
	b := &strings.Builder{}
	b.WriteString("apiVersion: apps/v1\nkind: Deployment\na0: &a0 [x, x, x, x, x, x, x, x, x]\nm0: &m0 {x0: 1}\n")
	for i := range 40 {
		fmt.Fprintf(b, "a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9))
		fmt.Fprintf(b, "m%d: &m%d {<<: [%s]}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*m%d, ", i), 9), ", "))
	}
	b.WriteString("spec: {template: {spec: {containers: *a40, <<: *m40}}}\n")
	dir := t.TempDir()
	put(t, dir, "bomb.yaml", b.String())
	beside(t, dir)
}

func TestADocumentThatHoldsItselfEnds(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "cycle.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: &s\n  containers:\n  - &c\n    name: w\n    env: [*c]\n    command: [sidekiq, *c]\n  template: {spec: *s}\n  <<: *s\n")
	beside(t, dir)
}

func TestLargeFilesAreNamedAndPassedBy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"Dockerfile", "big.yaml", "big.sh"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Truncate(100 << 20); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	unread(t, beside(t, dir), "Dockerfile", "larger than 4 MB")
}

func TestBinaryFilesAreNamedAndPassedBy(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "Dockerfile", "\x7fELF\x00\x00\x01")
	put(t, dir, "x.yaml", "kind: \x00 apiVersion:")
	unread(t, beside(t, dir), "Dockerfile", "no text")
}

func TestLoopsOfLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	for name, to := range map[string]string{"loop": ".", "a": "b", "b": "a", "app2": "app", "Dockerfile": "Dockerfile"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r := beside(t, dir)
	unread(t, r, "Dockerfile", "link")
	if len(r.Findings) != 1 {
		t.Errorf("%d findings", len(r.Findings))
	}
}

func TestALinkOutOfTheFolderIsNotReadAndNamed(t *testing.T) {
	dir := t.TempDir()
	outside := put(t, t.TempDir(), "Dockerfile", shellForm)
	if err := os.Symlink(outside, filepath.Join(dir, "Dockerfile")); err != nil {
		t.Fatal(err)
	}
	r := beside(t, dir)
	unread(t, r, "Dockerfile", "out of the folder")
	if len(r.Findings) != 1 {
		t.Errorf("%d findings", len(r.Findings))
	}
}

func TestAPipeIsNamedAndDoesNotHoldUpTheCheck(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"Dockerfile", "docker-compose.yml", "notes.txt"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o644); err != nil {
			t.Skip(err)
		}
	}
	r := beside(t, dir)
	unread(t, r, "Dockerfile", "a named pipe")
	unread(t, r, "docker-compose.yml", "a named pipe")
	if len(r.Notes) != 2 {
		t.Errorf("each once, and nothing of notes.txt: %+v", r.Notes)
	}
}

func TestASocketIsNamed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir) // a socket's path is short
	l, err := net.Listen("unix", "Procfile")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	unread(t, beside(t, dir), "Procfile", "a socket")
}

func TestALinkThatLeadsNowhereIsNamedIfItsNameTells(t *testing.T) {
	for _, name := range []string{"docker-compose.yml", "supervisord.conf", "config/deploy.yml", "main.tf", "copilot/w/manifest.yml"} {
		for _, to := range []string{path.Base(name), "gone"} { // a loop, and nothing
			dir := t.TempDir()
			at := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.Symlink(to, at)); err != nil {
				t.Fatal(err)
			}
			r := beside(t, dir)
			unread(t, r, name, "a link")
			if len(r.Notes) != 1 {
				t.Errorf("%s: %+v", name, r.Notes)
			}
		}
	}
}

func TestALinkToAFolderThatHoldsItIsNamedAndSpoilsNothing(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a/b/notes.txt", "")
	if err := os.Symlink("..", filepath.Join(dir, "a", "b", "up")); err != nil {
		t.Fatal(err)
	}
	r := beside(t, dir)
	if len(r.Notes) != 1 || !strings.HasSuffix(r.Notes[0].Pos.File, "a/b/up") || r.Unread() {
		t.Errorf("%+v", r.Notes)
	}
}

func TestNamesThatAreNotUTF8AreRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "caf\xe9"), 0o755); err != nil {
		t.Skip(err)
	}
	put(t, dir, "caf\xe9/Dockerfile", shellForm)
	put(t, dir, "Dockerfile.caf\xe9", shellForm)
	if r := beside(t, dir); ids(r) != "D101 D101 D101" || len(r.Notes) > 0 {
		t.Errorf("%q, %+v", ids(r), r.Notes)
	}
}

func TestWindowsLineEndsAndAByteOrderMarkChangeNothing(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "k8s.yaml", "\xef\xbb\xbf"+strings.ReplaceAll(strings.TrimPrefix(longJobs, "-- k8s/worker.yaml --\n"), "\n", "\r\n"))
	put(t, dir, "Dockerfile", "\xef\xbb\xbf"+strings.ReplaceAll("FROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n", "\n", "\r\n"))
	put(t, dir, "run.sh", "#!/bin/sh\r\nbundle exec sidekiq\r\n")
	r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
	if err != nil || ids(r) != "K202 D105" {
		t.Errorf("%q, %v", ids(r), err)
	}
}

func TestBrokenFilesAreNamedWithTheirLine(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "k8s.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers: [\n  bad\n\t- x: {\n")
	put(t, dir, "Dockerfile", "CMD x\n")
	r := beside(t, dir)
	unread(t, r, "Dockerfile", "no FROM")
	unread(t, r, "k8s.yaml", "was not understood")
}

func TestWhatNobodyAskedForSpoilsNoCheck(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".git/HEAD", "")
	put(t, dir, "fixtures/Dockerfile", "CMD x\n")
	if err := os.Symlink("/nowhere", filepath.Join(dir, "fixtures", "Dockerfile.old")); err != nil {
		t.Fatal(err)
	}
	asked := put(t, dir, "app/Dockerfile", shellForm)
	r, err := doctor.Check(t.Context(), []string{asked}, doctor.Options{})
	if err != nil || ids(r) != "D101" || r.Unread() {
		t.Errorf("another file beside the one: %q, %v, %+v", ids(r), err, r.Notes)
	}
	put(t, dir, ".tasuki-doctor.yml", "exclude: [fixtures/**]\n")
	r, err = doctor.Check(t.Context(), []string{dir}, doctor.Options{})
	if err != nil || ids(r) != "D101" || r.Unread() {
		t.Errorf("excluded: %q, %v, %+v", ids(r), err, r.Notes)
	}
}

// Root may read everything, so the check is made by somebody else.
func TestAFileThatMayNotBeReadIsNamed(t *testing.T) {
	if dir := os.Getenv("TASUKI_TEST_UNREADABLE"); dir != "" {
		r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
		if err != nil {
			t.Fatal(err)
		}
		unread(t, r, "Dockerfile", "permission denied")
		unread(t, r, "secret", "permission denied")
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(put(t, dir, "Dockerfile", shellForm), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "secret"), 0); err != nil {
		t.Fatal(err)
	}
	asNobody(t, dir)
}

// Each of these took a minute, or ended the program.
func TestMegabytesOfOneCommandCostLittle(t *testing.T) {
	n := 3_000_000
	for name, content := range map[string]string{
		"compose.yaml":      "services:\n  w:\n    image: x\n    command: sh -c \"" + strings.Repeat("(", n) + "sidekiq\"\n",
		"worker.service":    "[Service]\nExecStart=/bin/sh -c \"" + strings.Repeat("$(", n/2) + "sidekiq\"\n",
		"open.service":      "[Service]\nExecStart=/usr/bin/sidekiq " + strings.Repeat("${A}", n/4) + "\n",
		"brace.service":     "[Service]\nExecStart=/usr/bin/sidekiq " + strings.Repeat("${", n/2) + "\n",
		"supervisord.conf":  "[program:x]\ncommand=sidekiq " + strings.Repeat("a ", n/2) + "\n",
		"deploy.sh":         strings.Repeat("$(", 500_000),
		"Makefile":          "all:\n\t" + strings.Repeat("(", 1_000_000) + "\n",
		"config/deploy.yml": "service: x\nimage: x\nservers:\n  w:\n    hosts: [a]\n    cmd: sidekiq " + strings.Repeat("a", n) + "\n",
		"k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n  containers:\n  - name: w\n    image: x\n    command: [sidekiq]\n" +
			"    lifecycle: {preStop: {exec: {command: [sh, -c, \"" + strings.Repeat("(", n) + "\"]}}}\n",
	} {
		dir := t.TempDir()
		put(t, dir, name, content)
		took := stopwatch.Best(1, func() {
			if _, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		t.Logf("%s: %v", name, took)
		if took > 3*time.Second*slower {
			t.Errorf("%s: %v", name, took)
		}
	}
}
