package kube

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// only is the one container of a manifest.
func only(t testing.TB, content string) *Container {
	t.Helper()
	c := &Cluster{}
	if _, err := c.Add("p.yaml", "p.yaml", []byte(content)); err != nil {
		t.Fatal(err)
	}
	pods := c.Pods()
	if len(pods) != 1 || len(pods[0].Containers()) != 1 {
		t.Fatalf("%d pods", len(pods))
	}
	return pods[0].Containers()[0]
}

func TestAHookTakesWhatItsCommandsTake(t *testing.T) {
	for _, c := range []struct {
		hook string
		want time.Duration // -1: nobody can tell
		idle bool
	}{
		{`{sleep: {seconds: 10}}`, 10 * time.Second, true},
		{`{exec: {command: [sleep, "15"]}}`, 15 * time.Second, true},
		{`{exec: {command: [/bin/sleep, "1.5"]}}`, 1500 * time.Millisecond, true},
		{`{exec: {command: [sh, -c, "sleep 5"]}}`, 5 * time.Second, true},
		{`{exec: {command: [/bin/bash, -ec, "sleep 1m 5s"]}}`, 65 * time.Second, true},
		{`{exec: {command: [busybox, sh, -c, "exec sleep 5"]}}`, 5 * time.Second, true},
		{`{exec: {command: [sh, -c, "kill -TSTP 1; sleep 5"]}}`, 5 * time.Second, false},
		{`{exec: {command: [sh, -c, "kill -TSTP 1"]}}`, 0, false},
		{`{exec: {command: [kill, -TSTP, "1"]}}`, 0, false},
		{`{exec: {command: [sh, -c, "sleep 5 && (echo done; sleep 2)"]}}`, 7 * time.Second, true},
		{`{exec: {command: [sh, -c, "sleep 60 & true"]}}`, 0, false},
		{`{exec: {command: [sh, -c, "sleep $WAIT"]}}`, -1, false},
		{`{exec: {command: [sh, -c, "while pgrep worker; do sleep 1; done"]}}`, -1, false},
		{`{exec: {command: [bundle, exec, sidekiqctl, quiet, tmp/sidekiq.pid]}}`, -1, false},
		{`{exec: {command: [sh, -c, "curl -m 5 localhost/quiet"]}}`, -1, false},
		{`{exec: {command: [/hooks/stop.sh]}}`, -1, false},
		{`{exec: {command: [sleep, infinity]}}`, -1, false},
		{`{exec: {command: [sh, -c, "if ("]}}`, -1, false},
		{`{exec: {command: [sh, -c]}}`, -1, false},
		{`{exec: {command: [echo, bye]}}`, 0, false},
		{`{exec: {command: [env, sleep, "5"]}}`, 5 * time.Second, true},
		{`{exec: {command: [sh, -c, "command sleep 5"]}}`, 5 * time.Second, true},
		{`{exec: {command: [bash, --norc, "sleep 5"]}}`, -1, false},
		{`{exec: {command: [sh, -c, "sleep 1$MORE"]}}`, -1, false},
		{`{exec: {command: [sh, -c, "echo {{ x }}\nsleep 5"]}}`, -1, false},
		{`{httpGet: {path: /stop, port: 80}}`, -1, false},
		{`{exec: {command: []}}`, -1, false},
	} {
		h, ok := only(t, "kind: Pod\nspec: {containers: [{image: a, lifecycle: {preStop: "+c.hook+"}}]}\n").PreStop()
		if known := h.Open == ""; !ok || known != (c.want >= 0) || known && (h.Time != c.want || h.Idle != c.idle) {
			t.Errorf("%s: %v %q, idle %v", c.hook, h.Time, h.Open, h.Idle)
		}
	}
}

func TestVariablesStandInWords(t *testing.T) {
	env := map[string]deploy.Text{"T": {Value: "5", Pos: deploy.Pos{File: "env", Line: 3}}, "S": {Open: true}}
	for _, c := range []struct {
		word, want string
		envOpen    bool
		open       bool
		from       string
	}{
		{"$(T)", "5", false, false, "env"}, {"-t$(T)", "-t5", false, false, "word"}, {"$$(T)", "$(T)", false, false, "word"}, {"$(S)", "$(S)", false, true, "word"},
		{"$(NONE)", "$(NONE)", false, false, "word"}, {"$(NONE)", "$(NONE)", true, true, "word"}, {"$T", "$T", true, false, "word"}, {"$(T", "$(T", true, false, "word"},
	} {
		got := expand(deploy.Text{Value: c.word, Pos: deploy.Pos{File: "word"}}, env, c.envOpen)
		if got.Value != c.want || got.Open != c.open || got.Pos.File != c.from {
			t.Errorf("%s: %+v", c.word, got)
		}
	}
}

func TestVariablesOfVariablesHaveAnEnd(t *testing.T) {
	b := &strings.Builder{}
	b.WriteString("kind: Pod\nspec:\n  containers:\n  - image: a\n    command: [$(V99)]\n    env:\n    - {name: V0, value: xx}\n")
	for i := range 99 {
		fmt.Fprintf(b, "    - {name: V%d, value: $(V%d)$(V%d)}\n", i+1, i, i)
	}
	if w := only(t, b.String()).Workload(); len(w.Entry.Words[0].Value) > longest || !w.Entry.Words[0].Open {
		t.Errorf("%d letters", len(w.Entry.Words[0].Value))
	}
}

func TestAListThatHoldsItselfEnds(t *testing.T) {
	c := &Cluster{}
	_, _ = c.Add("l.yaml", "l.yaml", []byte("&l\nkind: List\napiVersion: v1\nitems: [*l, *l]\n"))
	if pods := c.Pods(); len(pods) > 0 {
		t.Errorf("%d pods", len(pods))
	}
}

func TestKustomizationsThatTakeInEachOtherEnd(t *testing.T) {
	c := &Cluster{}
	none := func(string) ([]byte, string, bool) { return nil, "", false }
	for _, k := range [][2]string{{"a", "../b"}, {"b", "../a"}, {"c", "../a"}} {
		if err := c.AddKustomization(k[0]+"/kustomization.yaml", k[0]+"/kustomization.yaml", []byte("resources: ["+k[1]+", p.yaml]\n"), none); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Add("a/p.yaml", "a/p.yaml", []byte("kind: Pod\nspec: {containers: [{image: a}]}\n")); err != nil {
		t.Fatal(err)
	}
	if pods := c.Pods(); len(pods) != 1 {
		t.Errorf("%d pods", len(pods))
	}
}

// FuzzCluster: no manifest, and no kustomization, takes the reader down, and all that it says has a place.
func FuzzCluster(f *testing.F) {
	for _, s := range []string{
		"kind: Pod\nspec: {containers: [{image: a, command: [$(A)], env: [{name: A, value: $(A)}], lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 5']}}}}]}",
		"kind: List\nitems: &a [*a]", "kind: Deployment\nspec: {<<: *x, template: {spec: {containers: [{}]}}}", "a: {{ b }}", "kind: Pod\nspec: {{ x }}\n",
		"kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: a}], terminationGracePeriodSeconds: 1e9}}}}}",
		"patches: [{patch: \"- op: add\\n  path: /spec/a\\n  value: 1\\n\", target: {kind: Pod, name: '('}}]\nkind: Pod\nconfigMapGenerator: [{name: a, literals: [b]}]\nresources: [., a]",
		"kind: Pod\nspec:\n  tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}]\n  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}]}}}\n  containers: [{image: a}]\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c := &Cluster{}
		_ = c.AddKustomization("k/kustomization.yaml", "k/kustomization.yaml", content, func(string) ([]byte, string, bool) { return content, "p.yaml", true })
		for _, name := range []string{"k/p.yaml", "k/p.json"} {
			remarks, _ := c.Add(name, name, content)
			for _, r := range remarks {
				if r.Line < 1 || r.Text == "" && !r.Template {
					t.Errorf("%+v", r)
				}
			}
		}
		for _, p := range c.Pods() {
			p.Spot()
			p.Services()
			p.Replicas()
			p.Misplaced()
			for _, o := range append(p.Budgets(), p.Scalers()...) {
				Brakes(o)
				Blocks(o, p)
			}
			for _, k := range p.Containers() {
				if w := k.Workload(); w.Grace.Time < 0 || !w.Pos.Known() {
					t.Errorf("%+v", w)
				}
				k.Patient(time.Second)
			}
		}
	})
}
