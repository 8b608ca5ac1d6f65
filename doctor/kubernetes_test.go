package doctor_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// pod is a manifest of one worker that needs 310 s.
const pod = `apiVersion: v1
kind: Pod
metadata: {name: w}
`

const slow = `{name: w, image: example/app, command: [sidekiq, -t, "300"]}`

func TestAGraceIsWrittenInTheFilesOwnStyle(t *testing.T) {
	for _, c := range []struct{ name, spec, want string }{
		{"absent, block", "spec:\n  containers:\n  - " + slow + "\n", "spec:\n  terminationGracePeriodSeconds: 305\n  containers:\n  - " + slow + "\n"},
		{"present, block", "spec:\n  containers:\n  - " + slow + "\n  terminationGracePeriodSeconds: 30 # as it was\n", "spec:\n  containers:\n  - " + slow + "\n  terminationGracePeriodSeconds: 305 # as it was\n"},
		{"present, quoted", "spec:\n  terminationGracePeriodSeconds: \"30\"\n  containers: [" + slow + "]\n", "spec:\n  terminationGracePeriodSeconds: 305\n  containers: [" + slow + "]\n"},
		{"absent, flow", "spec: {containers: [" + slow + "]}\n", "spec: {terminationGracePeriodSeconds: 305, containers: [" + slow + "]}\n"},
		{"present, flow", "spec: {terminationGracePeriodSeconds: 30, containers: [" + slow + "]}\n", "spec: {terminationGracePeriodSeconds: 305, containers: [" + slow + "]}\n"},
		{"present at the end, flow", "spec: {containers: [" + slow + "], terminationGracePeriodSeconds: 30}\n", "spec: {containers: [" + slow + "], terminationGracePeriodSeconds: 305}\n"},
		{"absent, flow of lines", "spec: {\n  containers: [" + slow + "]\n}\n", "spec: {\n  terminationGracePeriodSeconds: 305,\n  containers: [" + slow + "]\n}\n"},
		{"umlauts in front", "spec: {nodeName: \"müller\", containers: [" + slow + "]}\n", "spec: {nodeName: \"müller\", terminationGracePeriodSeconds: 305, containers: [" + slow + "]}\n"},
		{"in the container", "spec:\n  containers:\n  - name: w\n    terminationGracePeriodSeconds: 400\n    image: a\n    command: [sidekiq, -t, \"300\"]\n", "spec:\n  terminationGracePeriodSeconds: 400\n  containers:\n  - name: w\n    image: a\n    command: [sidekiq, -t, \"300\"]\n"},
		{"misspelt", "spec:\n  terminationGracePeriod: 400\n  containers:\n  - " + slow + "\n", "spec:\n  terminationGracePeriodSeconds: 400\n  containers:\n  - " + slow + "\n"},
		{"null", "spec:\n  terminationGracePeriodSeconds:\n  containers:\n  - " + slow + "\n", "spec:\n  terminationGracePeriodSeconds: 305\n  containers:\n  - " + slow + "\n"},
		{"alias", "metadata2: {x: &g 30}\nspec:\n  terminationGracePeriodSeconds: *g\n  containers:\n  - " + slow + "\n", "metadata2: {x: &g 30}\nspec:\n  terminationGracePeriodSeconds: 305\n  containers:\n  - " + slow + "\n"},
		{"anchor", "spec:\n  terminationGracePeriodSeconds: &g 30\n  containers:\n  - " + slow + "\n  activeDeadlineSeconds: *g\n", "spec:\n  terminationGracePeriodSeconds: &g 305\n  containers:\n  - " + slow + "\n  activeDeadlineSeconds: *g\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, "-- p.yaml --\n"+pod+c.spec)
			r := fix(t, dir, doctor.Options{})
			content, err := os.ReadFile(filepath.Join(dir, "p.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimPrefix(string(content), pod); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
			if got := ids(r); strings.Contains(got, "K20") {
				t.Errorf("%s is still found", got)
			}
		})
	}
}

func TestAGraceIsWrittenIntoJSON(t *testing.T) {
	dir := write(t, "-- p.json --\n{\n\t\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n\t\"spec\": {\n\t\t\"containers\": [{\"image\": \"a\", \"command\": [\"sidekiq\", \"-t\", \"300\"]}]\n\t}\n}\n")
	if got := ids(fix(t, dir, doctor.Options{})); got != "" {
		t.Errorf("%s is still found", got)
	}
	content, _ := os.ReadFile(filepath.Join(dir, "p.json"))
	if !strings.Contains(string(content), "\n\t\t\"terminationGracePeriodSeconds\": 305,\n\t\t\"containers\"") {
		t.Errorf("%s", content)
	}
}

// TestLongJobsOnAPodOfThirtySeconds is what a team has met: 300 s of a worker's own in one file,
// 30 of the pod's, which nobody had written, in another.
func TestLongJobsOnAPodOfThirtySeconds(t *testing.T) {
	for _, name := range []string{"kube-long-jobs", "kube-long-jobs-set"} {
		t.Run(name, func(t *testing.T) {
			files, err := os.ReadFile("testdata/whole/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			dir := write(t, string(files))
			r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
			if err != nil || len(r.Findings) != 1 {
				t.Fatalf("%d findings, %v", len(r.Findings), err)
			}
			f := r.Findings[0]
			if f.Severity != doctor.Error || f.Sum == nil || !strings.HasPrefix(f.Sum.String(), "300 Sidekiq's timeout + 3 for ensure blocks + 2 to say so and exit = 305 > 30 ") {
				t.Errorf("%v %s", f.Severity, f.Sum)
			}
			if !slices.Equal(f.Paste, []string{"terminationGracePeriodSeconds: 305"}) || !strings.HasPrefix(f.Outcome, "30 s after the stop signal") {
				t.Errorf("%q, %q", f.Paste, f.Outcome)
			}
			for _, fig := range f.Sum.Figures()[:1] {
				if filepath.Base(filepath.Dir(fig.Pos.File)) != "config" || fig.Pos.Line == 0 {
					t.Errorf("%s stands in %s", fig.What, fig.Pos)
				}
			}
			if got := ids(fix(t, dir, doctor.Options{})); got != "" {
				t.Errorf("%s is still found", got)
			}
		})
	}
}

func TestWholeRepositoriesOnKubernetesKeepNothingThatAFixWrites(t *testing.T) {
	names, err := filepath.Glob("testdata/whole/kube-*.txtar")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			files, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			comment, _, _ := strings.Cut(string(files), "\n-- ")
			for _, f := range fix(t, write(t, string(files)), told(t, comment+"\n")).Findings {
				if len(f.Edits) > 0 {
					t.Errorf("%s %s is still found, and was to be fixed", f.Pos, f.Rule)
				}
			}
		})
	}
}

func TestWhatIsNoManifestYetIsNamed(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"a template", "-- t.yaml --\napiVersion: v1\n{{- if .x }}\nkind: Pod\nspec: {containers: [{image: a, command: [sidekiq]}]}\n{{- end }}\n", "t.yaml:3: it is a template, and was not judged"},
		{"a template that is YAML", "-- t.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}\"}\nspec: {containers: [{image: a, command: [sidekiq]}]}\n", "t.yaml:1: it is a template, and was not judged"},
		{"a figure that is one", "-- t.yaml --\napiVersion: v1\nkind: Pod\nspec:\n  terminationGracePeriodSeconds: {{ .Values.grace }}\n  containers: [{image: a, command: [sidekiq]}]\n", "t.yaml:1: it is a template, and was not judged"},
		{"a template of something else", "-- t.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: {{ .x }}}\n{{ end }}\n", ""},
		{"a patch", "-- p.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {terminationGracePeriodSeconds: 40}\n-- kustomization.yaml --\npatches: [{path: p.yaml}]\n", "p.yaml:1: it is a Kustomize patch of"},
		{"a patch of nobody", "-- p.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {containers: [{name: sidekiq, args: [a]}]}\n", "p.yaml:1: the Pod has containers without an image: it is a patch"},
		{"a doubled key", "-- p.yaml --\napiVersion: v1\nkind: Pod\nspec:\n  terminationGracePeriodSeconds: 10\n  terminationGracePeriodSeconds: 60\n  containers: [{image: a, command: [sidekiq]}]\n", "p.yaml:5: the key terminationGracePeriodSeconds stands here for the second time (the first: line 4)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := check(t, c.files, doctor.Options{})
			if len(r.Findings) > 0 {
				t.Errorf("found %s", ids(r))
			}
			if c.want == "" && len(r.Notes) == 0 {
				return
			}
			if len(r.Notes) != 1 {
				t.Fatalf("%d notes: %v", len(r.Notes), r.Notes)
			}
			n := r.Notes[0]
			n.Pos.File = filepath.Base(n.Pos.File)
			if got := n.Pos.String() + ": " + n.Text; !strings.HasPrefix(got, c.want) || n.Hint == "" {
				t.Errorf("%q, hint %q", got, n.Hint)
			}
		})
	}
}

func TestAChartsTemplatesAreNamedOnceWithThoseOfWorkers(t *testing.T) {
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}}\n"
	r := check(t, "-- charts/shop/Chart.yaml --\nname: shop\n-- charts/shop/templates/web.yaml --\n"+deployment+
		"-- charts/shop/templates/jobs/low.yaml --\n"+deployment+"      command: [\"bundle\", \"exec\", \"sidekiq\"]\n"+
		"-- charts/shop/templates/worker.yaml --\n{{- if .x }}\n"+deployment+"-- charts/shop/charts/cache/Chart.yaml --\nname: cache\n"+
		"-- charts/shop/charts/cache/templates/cache.yaml --\n"+deployment+
		"-- charts/shop/templates/worker-hpa.yaml --\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef:\n    kind: Deployment\n    name: {{ .x }}\n", doctor.Options{})
	if len(r.Notes) != 1 {
		t.Fatalf("%v", r.Notes)
	}
	n := r.Notes[0]
	if n.Text != "4 templates of pods were not judged; workers by their words: templates/jobs/low.yaml, templates/worker.yaml" || filepath.Base(n.Pos.File) != "shop" ||
		n.Hint != "helm template "+n.Pos.File+" | tasuki doctor -" {
		t.Errorf("%+v", n)
	}
}

func TestTemplatesOfAnotherLanguageAreNotSentToHelm(t *testing.T) {
	r := check(t, "-- Chart.yaml --\nname: shop\n-- deploy/a.yaml.erb --\napiVersion: v1\nkind: Deployment\n-- deploy/b.yaml.erb --\napiVersion: v1\nkind: Deployment\n", doctor.Options{})
	if len(r.Notes) != 1 || r.Notes[0].Text != "2 templates of pods were not judged" || strings.Contains(r.Notes[0].Hint, "helm") {
		t.Errorf("%v", r.Notes)
	}
}

func TestATemplateOfAStackWithoutTasksIsNotNamed(t *testing.T) {
	for kind, want := range map[string]int{"AWS::S3::Bucket": 0, "AWS::ECS::TaskDefinition": 1} {
		r := check(t, "-- cf.yml --\nResources:\n{{- range .x }}\n  A: {Type: '"+kind+"'}\n{{- end }}\n", doctor.Options{})
		if len(r.Notes) != want {
			t.Errorf("%s: %v", kind, r.Notes)
		}
	}
}

func TestAGraceThatIsKnownOnlyAtTheDeployIsSaidToBe(t *testing.T) {
	for _, value := range []string{"${GRACE}", "$GRACE", "\"__GRACE__\""} {
		r := check(t, "-- p.yaml --\n"+pod+"spec:\n  terminationGracePeriodSeconds: "+value+"\n  containers: [{image: a, command: [sidekiq]}]\n", doctor.Options{})
		if len(r.Workers) != 1 || r.Workers[0].Sum.Open() == "" || slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Severity == doctor.Error }) {
			t.Errorf("%s: %s, sum %s", value, ids(r), r.Workers[0].Sum)
		}
	}
}

func TestATimeOutOfASecretIsNotKnown(t *testing.T) {
	r := check(t, "-- p.yaml --\n"+pod+`spec:
  terminationGracePeriodSeconds: 40
  containers:
  - image: a
    command: [sidekiq, -t, $(TIMEOUT)]
    env: [{name: TIMEOUT, valueFrom: {secretKeyRef: {name: s, key: t}}}]
`, doctor.Options{})
	if len(r.Workers) != 1 || r.Workers[0].Sum.Open() == "" {
		t.Fatalf("%v", r.Workers)
	}
}

func TestAGraceIsWrittenIntoTerraform(t *testing.T) {
	const file = `resource "kubernetes_deployment" "w" {
  metadata { name = "w" }
  spec {
    template {
      spec {
GRACE        container {
          image   = "a"
          command = ["sidekiq", "-t", "300"]
        }
      }
    }
  }
}
`
	for before, after := range map[string]string{"": "        termination_grace_period_seconds = 305\n\n", "        termination_grace_period_seconds = 30 # s\n": "        termination_grace_period_seconds = 305 # s\n"} {
		dir := write(t, "-- w.tf --\n"+strings.Replace(file, "GRACE", before, 1))
		if got := ids(fix(t, dir, doctor.Options{})); got != "" {
			t.Errorf("%s is still found", got)
		}
		content, _ := os.ReadFile(filepath.Join(dir, "w.tf"))
		if want := strings.Replace(file, "GRACE", after, 1); string(content) != want {
			t.Errorf("%s\nwant\n%s", content, want)
		}
	}
}

func TestASingleManifestIsJudgedAsItsOverlayLeavesIt(t *testing.T) {
	dir := write(t, "-- base/p.yaml --\n"+pod+"spec:\n  containers: ["+slow+"]\n-- base/kustomization.yaml --\nresources: [p.yaml]\n"+
		"-- live/kustomization.yaml --\nresources: [../base]\npatches:\n- target: {kind: Pod}\n  patch: |\n    - op: add\n      path: /spec/terminationGracePeriodSeconds\n      value: 305\n-- .git/config --\n")
	r, err := doctor.Check(t.Context(), []string{filepath.Join(dir, "base", "p.yaml")}, doctor.Options{})
	if err != nil || len(r.Workers) != 1 || len(r.Findings) > 0 {
		t.Errorf("%d workers, found %s, %v", len(r.Workers), ids(r), err)
	}
}

func TestAManifestOfAnotherTemplateLanguageIsNamed(t *testing.T) {
	for _, name := range []string{"w.yaml.erb", "w.yml.j2", "w.yaml.tftpl"} {
		r := check(t, "-- "+name+" --\n"+pod+"spec:\n  containers: ["+slow+"]\n", doctor.Options{})
		if len(r.Notes) != 1 || len(r.Findings) > 0 || r.Notes[0].Pos.Line != 2 {
			t.Errorf("%s: %v, found %s", name, r.Notes, ids(r))
		}
	}
}
