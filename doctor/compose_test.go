package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// Each is a compose file with a grace that is too short, and the line that the fix writes.
var composeFixes = map[string]struct{ file, want string }{
	"a setting of its own": {`services:
  worker:
    image: a/b
    stop_grace_period: 20s # as before
    command: bundle exec sidekiq -t 60
`, "    stop_grace_period: 65s # as before"},
	"one in quotes": {`services:
  worker:
    command: bundle exec sidekiq -t 60
    image: a/b
    "stop_grace_period": '20s'
`, `    "stop_grace_period": 65s`},
	"one in a mapping of one line": {`services:
  worker: {image: a/b, stop_grace_period: 20s, command: bundle exec sidekiq -t 60}
`, "  worker: {image: a/b, stop_grace_period: 65s, command: bundle exec sidekiq -t 60}"},
	"one at the end of such": {`services:
  worker: {command: bundle exec sidekiq -t 60, stop_grace_period: 20s}
`, "  worker: {command: bundle exec sidekiq -t 60, stop_grace_period: 65s}"},
	"none": {`services:
  # the queue
  worker:
    # its image
    image: a/b
    command: bundle exec sidekiq -t 60
`, "    stop_grace_period: 65s"},
	"one in an anchor, for the longest of those who use it": {`x-w: &w
  image: a/b
  stop_grace_period: 20s
services:
  short:
    <<: *w
    command: bundle exec sidekiq -t 30
  long:
    <<: *w
    command: bundle exec sidekiq -t 60
`, "  stop_grace_period: 65s"},
	"none, with a merge in front": {`x-w: &w {image: a/b}
services:
  worker:
    <<: *w
    command: bundle exec sidekiq -t 60
`, "    stop_grace_period: 65s"},
}

func TestAFixOfAComposeFileIsCleanAndKeepsTheRest(t *testing.T) {
	for name, c := range composeFixes {
		t.Run(name, func(t *testing.T) {
			dir := write(t, "-- compose.yaml --\n"+c.file)
			if got := ids(fix(t, dir, doctor.Options{})); got != "" {
				t.Errorf("%s is still found", got)
			}
			content, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(content), "\n")
			at := -1
			for i, line := range lines {
				if line == c.want {
					at = i
				}
			}
			if at < 0 {
				t.Fatalf("no line %q in\n%s", c.want, content)
			}
			old := strings.Split(c.file, "\n")
			rest := append(append([]string{}, lines[:at]...), lines[at+1:]...)
			if len(lines) == len(old) {
				old = append(append([]string{}, old[:at]...), old[at+1:]...)
			}
			if strings.Join(rest, "\n") != strings.Join(old, "\n") {
				t.Errorf("it has changed more:\n%s", content)
			}
		})
	}
}

func TestAComposeFileInOneLineIsNotWrittenTo(t *testing.T) {
	r := check(t, "-- compose.yaml --\nservices: {worker: {image: a/b, command: bundle exec sidekiq}}\n", doctor.Options{})
	changes, err := r.Changes()
	if err != nil || len(changes) != 0 || ids(r) != "C401" {
		t.Errorf("%d changes, found %q, %v", len(changes), ids(r), err)
	}
}

func TestASignalThatResqueEndsItsJobsOnIsProposed(t *testing.T) {
	const file = "-- compose.yaml --\nservices:\n  w:\n    image: a/b\n    command: rake resque:work\n    stop_grace_period: 60s\n    stop_signal: SIGTERM\n"
	r := check(t, file, doctor.Options{LongestJob: 30 * time.Second})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "C403" || r.Findings[0].Paste[0] != "stop_signal: SIGQUIT" {
		t.Errorf("%+v", r.Findings)
	}
	if got := ids(check(t, file+"    environment: {GRACEFUL_TERM: 1}\n", doctor.Options{LongestJob: 30 * time.Second})); got != "" {
		t.Errorf("with GRACEFUL_TERM %s is found", got)
	}
}

func TestAFileForDevelopersIsJudgedWhenItIsNamed(t *testing.T) {
	dir := write(t, `-- docker-compose.yml --
services:
  web: {image: a/web}
-- docker-compose.dev.yml --
services:
  worker:
    image: a/b
    environment: {RAILS_ENV: development}
    command: bundle exec sidekiq
`)
	for path, want := range map[string]string{".": "", "docker-compose.dev.yml": "C401"} {
		r, err := doctor.Check(t.Context(), []string{filepath.Join(dir, path)}, doctor.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(r); got != want {
			t.Errorf("%s: found %q, want %q", path, got, want)
		}
	}
}

func TestWhatIsPassedByIsSaid(t *testing.T) {
	r := check(t, "-- docker-compose.dev.yml --\nservices: {worker: {image: a/b, command: rq worker}}\n", doctor.Options{})
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Text, "not deployed") {
		t.Errorf("%+v", r.Notes)
	}
}
