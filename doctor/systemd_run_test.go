package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestOfAContainerWhoseClientIsKilledItIsSaidThatItGoesOn(t *testing.T) {
	const unit = "-- a.service --\n[Service]\nExecStart=/usr/bin/docker run --rm --name w example/shop sidekiq -t 60\nTimeoutStopSec=30\n"
	for files, goesOn := range map[string]bool{unit: true, unit + "ExecStop=/usr/bin/docker stop -t 30 w\n": false} {
		r := check(t, files, doctor.Options{})
		if len(r.Findings) != 1 || r.Findings[0].Rule != "R701" || strings.Contains(r.Findings[0].Outcome, "runs on unseen") != goesOn {
			t.Errorf("%s\n%+v", files, r.Findings)
		}
	}
}

func TestAContainerThatNothingStopsIsToBeStoppedByItsClientsExecStop(t *testing.T) {
	r := check(t, "-- w.service --\n[Service]\nExecStart=/usr/bin/docker run --rm --name w shop/app resque-pool\n", doctor.Options{})
	const want = "STOPSIGNAL SIGQUIT in its image, and ExecStop= with docker stop, which sends that"
	if !slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Rule == "D114" && strings.HasSuffix(f.Fix, want) }) {
		t.Errorf("%+v", r.Findings)
	}
}

func TestTheListenerOfLaravelIsNoWorkerThatASignalStops(t *testing.T) {
	const file = "-- Dockerfile --\nFROM php:8.3-cli\nCMD [\"php\", \"artisan\", \"queue:listen\", \"--timeout=20\"]\n"
	r := check(t, file, doctor.Options{})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "D114" || len(r.Findings[0].Edits) > 0 || !strings.Contains(r.Findings[0].Fix, "queue:work") {
		t.Errorf("%+v", r.Findings)
	}
}

func TestAStopOfAContainerWithoutATimeGetsOne(t *testing.T) {
	for unit, want := range map[string]string{
		"ExecStart=/usr/bin/docker run --rm --name stop-w example/shop sidekiq -t 25\nExecStop=-/usr/bin/docker stop stop-w\n":                "ExecStop=-/usr/bin/docker stop -t 30 stop-w",
		"ExecStart=/usr/bin/podman run --rm --name w example/shop sidekiq -t 25\nExecStop=/usr/bin/podman container stop \\\n  -i w\n":        "ExecStop=/usr/bin/podman container stop -t 30 \\",
		"ExecStart=/usr/bin/docker run --rm --name w example/shop sidekiq -t 100\nTimeoutStopSec=infinity\nExecStop=/usr/bin/docker stop w\n": "ExecStop=/usr/bin/docker stop -t 105 w",
	} {
		dir := write(t, "-- a.service --\n[Service]\nRestart=always\n"+unit)
		r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Rule != "R701" || strings.Join(r.Findings[0].Paste, "\n") != want {
			t.Fatalf("%v %+v", err, r.Findings)
		}
		if left := fix(t, dir, doctor.Options{}).Findings; len(left) > 0 {
			t.Errorf("%s\n%+v", unit, left)
		}
	}
}

func TestAStopOfAContainerIsNotWrittenBeyondTheTimeOfItsUnit(t *testing.T) {
	r := check(t, "-- a.service --\n[Service]\nRestart=always\nExecStart=/usr/bin/docker run --rm --name w example/shop sidekiq -t 100\nExecStop=/usr/bin/docker stop w\n", doctor.Options{})
	if len(r.Findings) != 1 || len(r.Findings[0].Edits) > 0 || !strings.Contains(r.Findings[0].Fix, "TimeoutStopSec=") || len(r.Findings[0].Paste) != 1 {
		t.Errorf("%+v", r.Findings)
	}
}
