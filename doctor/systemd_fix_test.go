package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// Whatever edits a finding has, none of its kind is left when they are written: of units as
// people have them, with continued lines, drop-ins and scripts.
func TestWhatAFixWritesIntoWholeUnitsIsRight(t *testing.T) {
	names, err := filepath.Glob("testdata/whole/systemd-*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := write(t, string(content))
			before, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range before.Findings {
				tried += len(f.Edits)
			}
			for _, f := range fix(t, dir, doctor.Options{}).Findings {
				if len(f.Edits) > 0 {
					t.Errorf("%s %s is still there: %s, edits %+v", f.Pos, f.Rule, f.Message, f.Edits)
				}
			}
		})
	}
	if tried < 10 {
		t.Errorf("%d edits were tried", tried)
	}
}

// What a fix must not do: make a unit worse, or take something else away.
func TestAFixOfAUnitDoesNoMoreThanItSays(t *testing.T) {
	for name, c := range map[string]struct{ unit, want, not string }{
		"KillMode=mixed is not written below a pipe": {"[Service]\nExecStart=/bin/sh -c \"celery -A shop worker | tee w.log\"\nTimeoutStopSec=infinity\nRestart=always\n", "", "KillMode=mixed"},
		"KillMode=mixed is not written below su":     {"[Service]\nExecStart=/bin/su app -c \"celery -A shop worker\"\nTimeoutStopSec=infinity\nRestart=always\n", "", "KillMode=mixed"},
		"the time of a start stays":                  {"[Service]\nExecStart=/usr/bin/sidekiq -t 300\nTimeoutSec=200\nRestart=always\n", "TimeoutSec=200\nTimeoutStopSec=305\n", ""},
		"Resque gets its own signal":                 {"[Service]\nExecStart=/usr/bin/rake resque:work\nKillMode=mixed\nKillSignal=SIGTERM\nTimeoutStopSec=infinity\nRestart=always\n", "KillSignal=SIGQUIT\n", "SIGTERM"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, "-- a.service --\n"+c.unit)
			fix(t, dir, doctor.Options{})
			content, err := os.ReadFile(filepath.Join(dir, "a.service"))
			if err != nil || !strings.Contains(string(content), c.want) || c.not != "" && strings.Contains(string(content), c.not) {
				t.Errorf("%s, %v", content, err)
			}
		})
	}
}
