package doctor_test

import (
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

func TestTheListenerOfLaravelIsNoWorkerThatASignalStops(t *testing.T) {
	const file = "-- Dockerfile --\nFROM php:8.3-cli\nCMD [\"php\", \"artisan\", \"queue:listen\", \"--timeout=20\"]\n"
	r := check(t, file, doctor.Options{})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "D114" || len(r.Findings[0].Edits) > 0 || !strings.Contains(r.Findings[0].Fix, "queue:work") {
		t.Errorf("%+v", r.Findings)
	}
}
