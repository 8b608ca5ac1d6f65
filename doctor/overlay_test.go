package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// A service of s6-overlay is no first process: a shell without a trap dies of the signal at once.
func TestOfAServiceOfS6ItIsSaidWhatBecomesOfItsWorker(t *testing.T) {
	const image = "-- Dockerfile --\nFROM php:8.3-cli\nADD https://github.com/just-containers/s6-overlay/releases/download/v3.2.0.2/s6-overlay-x86_64.tar.xz /tmp\nCOPY rootfs/ /\nENTRYPOINT [\"/init\"]\n" +
		"-- rootfs/etc/s6-overlay/s6-rc.d/worker/run --\n#!/bin/sh\n"
	for script, want := range map[string]string{
		"bundle exec sidekiq\n": "ends of the signal, and s6 takes the service for stopped",
		"trap 'kill -TERM $pid' TERM\nbundle exec sidekiq & pid=$!\nwait $pid\n": "s6 takes the service for stopped: the worker is killed as soon as the container stops",
		"trap 'exit 0' TERM\nbundle exec sidekiq\n":                              "never hears that it is to stop: s6 waits for",
	} {
		r := check(t, image+script, doctor.Options{})
		if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Outcome, want) || strings.Contains(r.Findings[0].Outcome, "the platform waits") {
			t.Errorf("%s\n%+v", script, r.Findings)
		}
	}
}
