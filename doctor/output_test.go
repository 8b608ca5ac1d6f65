package doctor_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/tasuki-jobs/tasuki/doctor"
)

const longJobs = `-- k8s/worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "300"]
`

func TestSARIFFitsItsSchemaAndPointsAtEachFigure(t *testing.T) {
	var out bytes.Buffer
	if err := doctor.WriteSARIF(&out, check(t, longJobs, doctor.Options{})); err != nil {
		t.Fatal(err)
	}
	report, err := sarif.FromBytes(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Validate(); err != nil {
		t.Error(err)
	}
	if n := len(report.Runs[0].Results); n != 1 {
		t.Fatalf("%d results", n)
	}
	if got := report.Runs[0].Results[0]; *got.RuleID != "K202" || got.Level != "error" || len(got.RelatedLocations) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSARIFOfEveryRulesExampleFitsItsSchema(t *testing.T) {
	for _, rule := range doctor.Rules() {
		var out bytes.Buffer
		if err := doctor.WriteSARIF(&out, check(t, rule.Bad, rule.Told)); err != nil {
			t.Fatal(err)
		}
		report, err := sarif.FromBytes(out.Bytes())
		if err == nil {
			err = report.Validate()
		}
		if err != nil {
			t.Errorf("%s: %v", rule.ID, err)
		}
	}
}

func TestTheJSONReportHasTheSumInNumbers(t *testing.T) {
	var out bytes.Buffer
	if err := doctor.WriteJSON(&out, check(t, longJobs, doctor.Options{})); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Findings []struct {
			Rule, Severity string
			Line           int
			Sum            struct {
				Holds bool
				Need  []struct{ Seconds float64 }
				Grace struct {
					Seconds float64
					Line    int
				}
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	f := got.Findings[0]
	if f.Rule != "K202" || f.Severity != "error" || f.Line != 7 || f.Sum.Holds || len(f.Sum.Need) != 3 || f.Sum.Need[0].Seconds != 300 || f.Sum.Grace.Seconds != 30 || f.Sum.Grace.Line != 7 {
		t.Errorf("%+v", f)
	}
}

func TestANoteForGitHubStaysOnOneLine(t *testing.T) {
	var out bytes.Buffer
	if err := doctor.WriteGitHub(&out, check(t, longJobs, doctor.Options{})); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "::error file=") || !strings.Contains(got, "%0Aterminat") {
		t.Error(got)
	}
}

func TestWhatAFileHoldsCannotSteerATerminal(t *testing.T) {
	var out bytes.Buffer
	r := check(t, "-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec sidekiq -q \x1b[31mred\x07\n", doctor.Options{})
	if err := doctor.WriteText(&out, r); err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("%d findings: %q", len(r.Findings), out.String())
	}
}

func TestAFilesNameCannotPassForALineOfTheReport(t *testing.T) {
	var out bytes.Buffer
	r := check(t, "-- Dockerfile --\nFROM ruby:3.4\n", doctor.Options{})
	at := doctor.Pos{File: "a\n::error::b/Dockerfile", Line: 1}
	r.Findings = []doctor.Finding{{Pos: at, Workload: at.File, Message: at.File, Fix: "none"}}
	r.Notes = []doctor.Note{{Pos: at, Text: "was not read"}}
	r.Workers = []doctor.Worker{{Pos: at, Kind: "Sidekiq", Name: at.File}}
	if err := doctor.WriteText(&out, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "::error::b") || strings.Contains(out.String(), "\n::error") {
		t.Errorf("%q", out.String())
	}
}

func TestAnIgnoreOfTheConfigurationHoldsForItsFilesAlone(t *testing.T) {
	const files = `-- .tasuki-doctor.yml --
ignore:
- rule: D101
  path: legacy
  reason: it goes next month
-- legacy/Dockerfile --
FROM ruby:3.4
CMD bundle exec sidekiq
-- Dockerfile --
FROM ruby:3.4
CMD bundle exec sidekiq
`
	r := check(t, files, doctor.Options{})
	if ids(r) != "D101" || len(r.Ignored) != 1 || r.Ignored[0].Reason != "it goes next month" {
		t.Errorf("%s; ignored %+v", ids(r), r.Ignored)
	}
}

func TestAnIgnoreWithoutAReasonIsNotHeeded(t *testing.T) {
	for _, comment := range []string{"# tasuki:ignore D101", "# tasuki:ignore it is never deployed"} {
		r := check(t, "-- Dockerfile --\nFROM ruby:3.4\n"+comment+"\nCMD bundle exec sidekiq\n", doctor.Options{})
		if ids(r) != "D101 X901" || len(r.Ignored) != 0 {
			t.Errorf("%s: found %q, ignored %d", comment, ids(r), len(r.Ignored))
		}
	}
	const files = "-- .tasuki-doctor.yml --\nignore: [{rule: D101}]\n-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec sidekiq\n"
	if r, err := doctor.Check(t.Context(), []string{write(t, files)}, doctor.Options{}); err == nil && !strings.Contains(ids(r), "D101") {
		t.Errorf("the configuration's is heeded: %q", ids(r))
	}
}

func TestOfSeveralContainersTheOneThatLacksMostIsSaid(t *testing.T) {
	for _, timeouts := range [][2]string{{"60", "300"}, {"300", "60"}} {
		files := strings.Replace(longJobs, `"300"]`, `"`+timeouts[0]+`"]`, 1) +
			"      - name: low\n        image: example/shop\n        command: [bundle, exec, sidekiq, -t, \"" + timeouts[1] + "\"]\n"
		r := check(t, files, doctor.Options{})
		if ids(r) != "K202" || !strings.Contains(r.Findings[0].Message, "needs 305 s") || len(r.Findings[0].Also) != 1 {
			t.Errorf("%v: %+v", timeouts, r.Findings)
		}
	}
}

func TestWhatTheConfigurationSaysWrongIsSaidWithItsLine(t *testing.T) {
	for content, want := range map[string]string{
		"longest_job: 5m":        "no such setting",
		"longest-job: soon":      "is no time",
		"workers: importer":      "is no list",
		"ignore: [{rule: D999}]": "no rule D999",
		"ignore: [{rule: D101, file: legacy, reason: x}]": "no such key: file",
		"ignore: [{rule: D101, path: [a, b], reason: x}]": "path has no text",
		"ignore: {rule: D101, path: legacy, reason: x}":   "is no list",
		"\n- : {": "did not find",
	} {
		_, err := doctor.Check(t.Context(), []string{write(t, "-- .tasuki-doctor.yml --\n"+content+"\n-- Dockerfile --\nFROM scratch\n")}, doctor.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ".tasuki-doctor.yml:") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestAConfigurationByAnotherNameIsNotPassedBy(t *testing.T) {
	_, err := doctor.Check(t.Context(), []string{write(t, "-- .tasuki-doctor.yaml --\nworkers: [x]\n-- Dockerfile --\nFROM scratch\n")}, doctor.Options{})
	if err == nil || !strings.Contains(err.Error(), "call it .tasuki-doctor.yml") {
		t.Error(err)
	}
}

func TestStandardInputIsNeverWrittenInto(t *testing.T) {
	manifest := strings.TrimPrefix(longJobs, "-- k8s/worker.yaml --\n")
	t.Chdir(t.TempDir())
	r, err := doctor.Check(t.Context(), []string{"-"}, doctor.Options{Stdin: strings.NewReader(manifest)})
	if err != nil || ids(r) != "K202" {
		t.Fatalf("%q, %v", ids(r), err)
	}
	if changes, err := r.Changes(); err != nil || len(changes) > 0 {
		t.Errorf("%d changes, %v", len(changes), err)
	}
}

func TestTheConfigurationTellsWhatNoFileDoes(t *testing.T) {
	const files = `-- .tasuki-doctor.yml --
workers: [importer]
longest-job: 10m
exclude: [old/**]
-- old/Dockerfile --
FROM ruby:3.4
CMD bundle exec sidekiq
-- Dockerfile --
FROM debian
CMD importer --all
`
	if got := ids(check(t, files, doctor.Options{})); got != "D101" {
		t.Error(got)
	}
}
