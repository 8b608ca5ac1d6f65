package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// cluster is one of a repository's files.
func cluster(t testing.TB, files string) (*Cluster, []Remark) {
	t.Helper()
	c, all := &Cluster{}, map[string][]byte{}
	for _, f := range txtar.Parse([]byte(files)).Files {
		all[f.Name] = f.Data
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	})
	file := func(name string) ([]byte, string, bool) { content, ok := all[name]; return content, name, ok }
	for _, name := range names {
		if IsKustomization(name) {
			if err := c.AddKustomization(name, name, all[name], file); err != nil {
				t.Fatal(err)
			}
		}
	}
	var remarks []Remark
	for _, name := range names {
		if !IsKustomization(name) {
			r, err := c.Add(name, name, all[name])
			if err != nil {
				t.Fatal(err)
			}
			remarks = append(remarks, r...)
		}
	}
	return c, append(remarks, c.Remarks()...)
}

// pods are a cluster's, a line each: who makes it, its replicas and what its containers run.
func pods(c *Cluster) string {
	var lines []string
	for _, p := range c.Pods() {
		n, _, _ := p.Replicas()
		line := fmt.Sprintf("%s by %q x%d:", p.Name, p.By, n)
		for _, k := range p.Containers() {
			line += fmt.Sprintf(" %s=%s%v", k.Name, k.Image(), deploy.Values(slices.Concat(k.Get("command").Texts(), k.Get("args").Texts())))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

const twoWorkers = `-- base/kustomization.yaml --
resources: [w.yaml]
-- base/w.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, labels: {tier: slow}, annotations: {team: x}}
spec: {replicas: 1, template: {spec: {containers: [{name: w, image: app, args: [work]}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: b, namespace: far, labels: {tier: quick}}
spec: {replicas: 1, template: {spec: {containers: [{name: w, image: app, args: [work]}]}}}
`

// live is twoWorkers with an overlay.
func live(kustomization string) string {
	return twoWorkers + "-- live/kustomization.yaml --\nresources: [../base]\n" + kustomization
}

func TestAPatchIsLaidOverThoseThatItMeans(t *testing.T) {
	set := "  patch: |-\n    - {op: replace, path: /spec/template/spec/containers/0/args, value: [other]}\n"
	a, b := `a by "live" x1: w=app[other]`, `b by "live" x1: w=app[other]`
	plainA, plainB := `a by "" x1: w=app[work]`, `b by "" x1: w=app[work]`
	for _, c := range []struct{ target, want string }{
		{"{kind: Deployment}", a + "\n" + plainB}, {"{kind: Deployment|StatefulSet}", a + "\n" + b}, {"{kind: Deploy}", plainA + "\n" + plainB}, {"{name: a}", a + "\n" + plainB},
		{"{name: 'a|b'}", a + "\n" + b}, {"{name: '.*'}", a + "\n" + b}, {"{name: '('}", plainA + "\n" + plainB}, {"{}", a + "\n" + b},
		{"{group: apps}", a + "\n" + b}, {"{group: batch}", plainA + "\n" + plainB}, {"{version: v1}", a + "\n" + b}, {"{version: v2}", plainA + "\n" + plainB},
		{"{namespace: far, kind: StatefulSet}", plainA + "\n" + b}, {"{namespace: near, kind: StatefulSet}", plainA + "\n" + plainB},
		{"{labelSelector: tier=slow}", a + "\n" + plainB}, {"{labelSelector: tier == slow}", a + "\n" + plainB}, {"{labelSelector: tier!=slow}", plainA + "\n" + b}, {"{labelSelector: tier}", a + "\n" + b},
		{"{labelSelector: '!tier'}", plainA + "\n" + plainB}, {"{labelSelector: 'tier in (slow, fast)'}", a + "\n" + plainB}, {"{labelSelector: 'tier notin (slow)'}", plainA + "\n" + b},
		{"{labelSelector: 'tier in (slow, quick),tier!=slow'}", plainA + "\n" + b}, {"{labelSelector: 'app!=shop'}", a + "\n" + b}, {"{labelSelector: 'a b c'}", plainA + "\n" + plainB},
		{"{annotationSelector: team=x}", a + "\n" + plainB}, {"{annotationSelector: team=y}", plainA + "\n" + plainB}, {"{kind: Deployment, labelSelector: tier=quick}", plainA + "\n" + plainB},
	} {
		c0, _ := cluster(t, live("patches:\n- target: "+c.target+"\n"+set))
		if got := pods(c0); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.target, got, c.want)
		}
	}
}

func TestWhatAKustomizationChanges(t *testing.T) {
	plainB := "\nb by \"\" x1: w=app[work]"
	object := "apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: a}\n    "
	for _, c := range []struct{ name, files, want string }{
		{"a patch of one line", live("patches:\n- {target: {kind: Deployment}, patch: '[{op: add, path: /spec/template/spec/containers/0/args/-, value: -v}]'}\n"), `a by "live" x1: w=app[work -v]` + plainB},
		{"a patch of one line among strategic ones", live("patchesStrategicMerge:\n- '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2}}'\n"), `a by "live" x2: w=app[work]` + plainB},
		{"a patch in JSON", live("patches: [{target: {name: a}, path: p.json}]\n-- live/p.json --\n[\n\t{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 2}\n]\n"), `a by "live" x2: w=app[work]` + plainB},
		{"a list of operations in the old way", live("patchesJson6902: [{target: {kind: Deployment, name: a, version: v1}, path: p.yaml}]\n-- live/p.yaml --\n- {op: replace, path: /spec/replicas, value: 2}\n"), `a by "live" x2: w=app[work]` + plainB},
		{"an object is taken out", live("patches:\n- patch: |-\n    $patch: delete\n    " + object + "\n"), plainB[1:]},
		{"a container is taken out", live("patches:\n- patch: |-\n    " + object + "spec: {template: {spec: {containers: [{name: n, image: i}, {name: w, $patch: delete}]}}}\n"), `a by "live" x1: n=i[]` + plainB},
		{"all containers are replaced", live("patches:\n- patch: |-\n    " + object + "spec: {template: {spec: {containers: [{$patch: replace}, {name: n, image: i}]}}}\n"), `a by "live" x1: n=i[]` + plainB},
		{"a container more", live("patches:\n- patch: |-\n    " + object + "spec: {template: {spec: {containers: [{name: n, image: i}]}}}\n"), `a by "live" x1: n=i[] w=app[work]` + plainB},
		{"the other namespace is meant", live("patches:\n- patch: |-\n    {kind: StatefulSet, metadata: {name: b, namespace: near}, spec: {replicas: 2}}\n"), `a by "" x1: w=app[work]` + plainB},
		{"replicas", live("replicas: [{name: a, count: 3}]\n"), `a by "live" x3: w=app[work]` + plainB},
		{"replicas as they were", live("replicas: [{name: a, count: 1}]\n"), `a by "" x1: w=app[work]` + plainB},
		{"an image's name", live("images: [{name: app, newName: registry.example/shop}]\n"), "a by \"live\" x1: w=registry.example/shop[work]\nb by \"live\" x1: w=registry.example/shop[work]"},
		{"an image's tag", live("images: [{name: app, newName: registry.example/app, newTag: v3}]\n"), `a by "" x1: w=app[work]` + plainB},
		{"an image with a registry's port", "-- kustomization.yaml --\nresources: [., p.yaml]\nimages: [{name: 'local:5000/app', newName: shop}]\n-- p.yaml --\nkind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 'local:5000/app'}, {name: b, image: 'local:5000/app:v1'}, {name: c, image: 'local:5000/app@sha256:0'}]}\n", `p by "." x1: a=shop[] b=shop[] c=shop[]`},
		{"an image of another name", live("images: [{name: ap, newName: shop}]\n"), `a by "" x1: w=app[work]` + plainB},
		{"a name from below", live("namePrefix: x-\nnameSuffix: -y\n") + "-- top/kustomization.yaml --\nresources: [../live]\nreplicas: [{name: x-a-y, count: 2}]\npatches: [{target: {name: b}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n",
			"a by \"top\" x2: w=app[work]\nb by \"top\" x4: w=app[work]"},
		{"labels from below", live("commonLabels: {stage: live}\nlabels: [{pairs: {zone: z}}]\n") + "-- top/kustomization.yaml --\nresources: [../live]\npatches: [{target: {labelSelector: 'stage=live,zone=z,tier=slow'}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n", `a by "top" x4: w=app[work]` + plainB},
		{"labels that come later", live("commonLabels: {stage: live}\npatches: [{target: {labelSelector: stage=live}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n"), `a by "" x1: w=app[work]` + plainB},
		{"a base's patches are for the base", live("resources: [../base, ../more]\n") + "-- more/kustomization.yaml --\npatches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n", `a by "" x1: w=app[work]` + plainB},
		{"a component's are for all beside it", live("components: [../more]\n") + "-- more/kustomization.yaml --\nkind: Component\npatches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n", `a by "live" x4: w=app[work]` + plainB},
		{"a base that is taken in twice", twoWorkers + "-- eu/kustomization.yaml --\nresources: [../base]\nnamePrefix: eu-\nreplicas: [{name: a, count: 2}]\n-- us/kustomization.yaml --\nresources: [../base]\nnamePrefix: us-\nreplicas: [{name: a, count: 3}]\n-- all/kustomization.yaml --\nresources: [../eu, ../us]\n",
			"a by \"all\" x2: w=app[work]\na by \"all\" x3: w=app[work]" + plainB},
		{"lists of a kind that is not Kubernetes' own", "-- kustomization.yaml --\nresources: [r.yaml]\npatches: [{target: {kind: Rollout}, patch: '{kind: Rollout, metadata: {name: r}, spec: {template: {spec: {containers: [{name: w, args: [x]}]}}}}'}]\n-- r.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {template: {spec: {containers: [{name: w, image: app}, {name: x}]}}}\n",
			`r by "." x1: w=[x]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c0, _ := cluster(t, c.files)
			if got := pods(c0); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestAPatchOfNothingHereIsNamed(t *testing.T) {
	for kustomization, want := range map[string]string{
		"patches: [{path: p.yaml}]\n-- live/p.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n":         "live/p.yaml:1 it was not judged by itself",
		"patches: [{path: p.yaml}]\n-- live/p.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: elsewhere}\nspec: {replicas: 2}\n": "live/p.yaml:1 no file here has",
		"patches:\n- target: {kind: Deployment, name: elsewhere}\n  patch: |-\n    - {op: add, path: /spec/replicas, value: 2}\n":                 "live/kustomization.yaml:5 no file here has",
		"patches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/replicas, value: 2}\n":                                  "",
		"patches:\n- target: {kind: Ingress}\n  patch: |-\n    - {op: add, path: /spec/replicas, value: 2}\n":                                     "",
		"patches: [{path: gone.yaml}]\n": "",
		"-- more/kustomization.yaml --\nkind: Component\npatches: [{target: {kind: Deployment, name: elsewhere}, patch: '[{op: add, path: /spec/replicas, value: 4}]'}]\n": "",
	} {
		_, remarks := cluster(t, live(kustomization))
		at, text, _ := strings.Cut(want, " ")
		if len(remarks) > 1 || len(remarks) == 1 && (want == "" || remarks[0].Pos.String() != at || !strings.Contains(remarks[0].Text, text)) || len(remarks) == 0 && want != "" {
			t.Errorf("%s: %+v", kustomization, remarks)
		}
	}
}

func TestAScalerIsJudgedAsItsKustomizationMakesIt(t *testing.T) {
	scaler := "-- base/kustomization.yaml --\nresources: [w.yaml, h.yaml]\n-- base/h.yaml --\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: a}}\n"
	brakes := "-- %s/kustomization.yaml --\nresources: [../base]\npatches: [{target: {kind: HorizontalPodAutoscaler}, patch: '[{op: add, path: /spec/behavior, value: {scaleDown: {policies: []}}}]'}]\n"
	gone := "-- %s/kustomization.yaml --\nresources: [../base]\npatches: [{patch: '{$patch: delete, kind: HorizontalPodAutoscaler, metadata: {name: h}}'}]\n"
	only := strings.TrimPrefix(twoWorkers, "-- base/kustomization.yaml --\nresources: [w.yaml]\n") + scaler
	for _, c := range []struct {
		files string
		want  string
	}{
		{only, "false"}, {only + fmt.Sprintf(brakes, "live"), "true"}, {only + fmt.Sprintf(gone, "live"), ""}, {only + fmt.Sprintf(brakes, "live") + fmt.Sprintf(gone, "demo"), "true"},
		{only + fmt.Sprintf(brakes, "live") + "-- demo/kustomization.yaml --\nresources: [../base]\n", "true false"},
	} {
		c0, _ := cluster(t, c.files)
		var got []string
		for _, p := range c0.Pods() {
			for _, o := range p.Scalers() {
				got = append(got, fmt.Sprint(Brakes(o)))
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s\n%q, want %q", c.files, s, c.want)
		}
	}
}

func TestKustomizationsThatDoubleEachOtherEnd(t *testing.T) {
	b := &strings.Builder{}
	b.WriteString("-- k0/kustomization.yaml --\nresources: [w.yaml]\n-- k0/w.yaml --\nkind: Pod\napiVersion: v1\nmetadata: {name: w}\nspec: {containers: [{image: a}]}\n")
	for i := range 40 {
		fmt.Fprintf(b, "-- k%d/kustomization.yaml --\nnamePrefix: a\nresources: [../k%d, ../k%d]\n", i+1, i, i)
	}
	c, _ := cluster(t, b.String())
	c.Pods()
}
