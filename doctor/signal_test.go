package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestAVerdictThatRestsOnWhichShThereIsIsAWarningThatSaysSo(t *testing.T) {
	pod := func(image string) string {
		return "-- k.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n  terminationGracePeriodSeconds: 60\n  containers:\n  - {name: w, image: " + image + ", command: [sh, -c, bundle exec sidekiq]}\n"
	}
	docker := func(from string) string { return "-- Dockerfile --\nFROM " + from + "\nCMD bundle exec sidekiq\n" }
	unknown, known, luck := "if its sh is dash (Debian's and Ubuntu's is), ", "passes no stop signal on", "only because of which sh"
	for name, c := range map[string]struct {
		files, want string
		severity    doctor.Severity
	}{
		"an image that nobody here builds":                    {pod("example/shop"), unknown, doctor.Warning},
		"an image that all know":                              {pod("ruby:3.4"), known, doctor.Error},
		"an image that is built here":                         {pod("example/shop") + "-- Dockerfile --\nFROM ruby:3.4\n", known, doctor.Error},
		"an image that is built here from one that is not":    {pod("example/shop") + "-- Dockerfile --\nFROM example/base\n", unknown, doctor.Warning},
		"a base that nobody knows":                            {docker("example/base"), unknown, doctor.Warning},
		"a base that shows itself by what is installed":       {docker("example/base\nRUN apt-get install -y git"), known, doctor.Error},
		"a base that depends on who builds it":                {docker("$BASE"), unknown, doctor.Warning},
		"a base with another sh":                              {docker("ruby:3.4-alpine"), luck, doctor.Warning},
		"a shell by its name":                                 {docker("example/base\nSHELL [\"/bin/dash\", \"-c\"]"), known, doctor.Error},
		"a script, in front of which no shell makes room":     {"-- Dockerfile --\nFROM example/base\nCOPY w.sh /w.sh\nCMD [\"/w.sh\"]\n-- w.sh --\n#!/bin/sh\nbundle exec sidekiq\n", known, doctor.Error},
		"an init in front of it":                              {"-- Dockerfile --\nFROM example/base\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"sh\", \"-c\", \"bundle exec sidekiq\"]\n", unknown, doctor.Warning},
		"an init in front of it in an image that all know":    {"-- Dockerfile --\nFROM python:3.13\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"sh\", \"-c\", \"bundle exec sidekiq\"]\n", known, doctor.Error},
		"more behind the worker, for which every shell stays": {"-- Dockerfile --\nFROM example/base\nCMD bundle exec sidekiq; echo over\n", "passes no stop signal on", doctor.Error},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, c.files, doctor.Options{})
			if len(r.Findings) != 1 {
				t.Fatalf("%+v", r.Findings)
			}
			f := r.Findings[0]
			if f.Severity != c.severity || !strings.Contains(f.Message, c.want) || strings.Contains(f.Message, "if its sh") != (c.want == unknown) || strings.HasPrefix(f.Outcome, "with dash ") != (c.want == unknown) {
				t.Errorf("%v %s: %s -> %s", f.Severity, f.Rule, f.Message, f.Outcome)
			}
		})
	}
}
