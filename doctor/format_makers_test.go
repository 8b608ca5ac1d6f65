package doctor_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// notes are what a report says besides its findings: FILE:LINE, and what to do.
func notes(t *testing.T, files string) (all []string) {
	t.Helper()
	dir := write(t, files)
	r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range r.Notes {
		all = append(all, filepath.ToSlash(strings.ReplaceAll(n.Pos.String()+" "+n.Hint, dir, ".")))
	}
	return all
}

func TestWhatMakesADeploymentAndIsNotRunIsNamedOnce(t *testing.T) {
	running := " judge what runs: aws ecs describe-task-definition --task-definition NAME | tasuki doctor -, or kubectl get deployments -o yaml | tasuki doctor -"
	for files, want := range map[string]string{
		"-- infra/cdk.json --\n{}\n":                                            "./infra/cdk.json cdk synth && tasuki doctor cdk.out",
		"-- infra/cdk.json --\n{}\n-- infra/cdk.out/w.template.json --\n{}\n":   "",
		"-- infra/cdk.json --\n{}\n-- other/cdk.out/w.template.json --\n{}\n":   "./infra/cdk.json cdk synth && tasuki doctor cdk.out",
		"-- cdk8s.yaml --\nlanguage: go\n":                                      "./cdk8s.yaml cdk8s synth && tasuki doctor dist",
		"-- helmfile.yaml --\nreleases: []\n":                                   "./helmfile.yaml helmfile template | tasuki doctor -",
		"-- Pulumi.yaml --\nname: x\n":                                          "./Pulumi.yaml" + running,
		"-- a/terragrunt.hcl --\ninputs = {}\n-- b/terragrunt.hcl --\nx = 1\n":  "./a/terragrunt.hcl" + running,
		"-- main.tf.json --\n{\"resource\": {\"aws_ecs_task_definition\": {}}}": "./main.tf.json" + running,
		"-- main.json --\n{}\n":                                                 "",
	} {
		if got := strings.Join(notes(t, files), "\n"); got != want {
			t.Errorf("%s: %q, want %q", files, got, want)
		}
	}
}

func TestTheValuesOfAChartAreNoManifest(t *testing.T) {
	manifest := " --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {template: {spec: {containers: [{name: w, image: a, command: [sidekiq]}]}}}\n"
	chart := "-- k/Chart.yaml --\napiVersion: v2\nname: c\n"
	for name, want := range map[string]string{
		"k/values.yaml": "", "k/values-live.yaml": "", "k/live.values.yaml": "", "k/ci/test-values.yaml": "", "k/charts/sub/values.yaml": "",
		"k/templates/worker.yaml": "K201", "k/evalues.yaml": "K201", "values.yaml": "K201",
	} {
		if got := ids(check(t, chart+"-- "+name+manifest, doctor.Options{})); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
