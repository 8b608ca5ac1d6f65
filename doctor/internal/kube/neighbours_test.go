package kube

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// one is a pod with labels.
func one(name, more string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {app: w, tier: slow}" + more + "}\nspec: {containers: [{name: w, image: i, env: [{name: T, valueFrom: {configMapKeyRef: {name: c, key: t}}}]}]}\n"
}

func service(name, selector, more string) string {
	return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + more + "}\nspec: {selector: " + selector + "}\n"
}

func configMap(value, more string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c" + more + "}\ndata: {t: \"" + value + "\"}\n"
}

// served are the pods of a repository, each with the services that send traffic to it.
func served(t *testing.T, files string) string {
	t.Helper()
	c, _ := cluster(t, files)
	var lines []string
	for _, p := range c.Pods() {
		line := p.Path + ":"
		for _, o := range p.Services() {
			line += " " + o.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestAServiceIsThatOfThePodsThatItMeans(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"another folder", "-- a/p.yaml --\n" + one("w", "") + "-- b/s.yaml --\n" + service("s", "{app: w}", ""), "a/p.yaml: s"},
		{"a label that the pod has not", "-- p.yaml --\n" + one("w", "") + service("s", "{app: w, zone: z}", ""), "p.yaml:"},
		{"two labels", "-- p.yaml --\n" + one("w", "") + service("s", "{app: w, tier: slow}", ""), "p.yaml: s"},
		{"another namespace", "-- p.yaml --\n" + one("w", ", namespace: a") + service("s", "{app: w}", ", namespace: b"), "p.yaml:"},
		{"no namespace", "-- p.yaml --\n" + one("w", ", namespace: a") + service("s", "{app: w}", ""), "p.yaml: s"},
		{"two pods of one name", "-- a/p.yaml --\n" + one("w", "") + "-- b/p.yaml --\n" + one("w", "") + "-- b/s.yaml --\n" + service("s", "{app: w}", ""), "a/p.yaml:\nb/p.yaml: s"},
		{"two pods of one name, and what Kustomize builds with one", "-- a/p.yaml --\n" + one("w", "") + "-- b/p.yaml --\n" + one("w", "") + "-- s/s.yaml --\n" + service("s", "{app: w}", "") + "-- b/kustomization.yaml --\nresources: [p.yaml, ../s/s.yaml]\n", "a/p.yaml:\nb/p.yaml: s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := served(t, c.files); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestABudgetWithExpressionsIsNotTakenForOneOfLabels(t *testing.T) {
	for selector, want := range map[string]int{"{matchLabels: {app: w}}": 1, "{matchLabels: {app: w}, matchExpressions: [{key: app, operator: NotIn, values: [w]}]}": 0} {
		c, _ := cluster(t, "-- p.yaml --\n"+one("w", "")+"---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {selector: "+selector+"}\n")
		if got := len(c.Pods()[0].Budgets()); got != want {
			t.Errorf("%s: %d", selector, got)
		}
	}
}

func TestAVariableIsThatOfTheConfigMapBesideThePod(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"the only one", "-- a/p.yaml --\n" + one("w", "") + "-- b/c.yaml --\n" + configMap("5", ""), "5"},
		{"that of the folder", "-- a/p.yaml --\n" + one("w", "") + "-- a/c.yaml --\n" + configMap("5", "") + "-- b/c.yaml --\n" + configMap("6", ""), "5"},
		{"that of the namespace", "-- a/p.yaml --\n" + one("w", ", namespace: n") + "-- a/c.yaml --\n" + configMap("5", ", namespace: n") + configMap("6", ", namespace: m"), "5"},
		{"that of the file", "-- a/p.yaml --\n" + one("w", "") + configMap("5", "") + "-- a/c.yaml --\n" + configMap("6", ""), "5"},
		{"one of two", "-- a/p.yaml --\n" + one("w", "") + "-- b/c.yaml --\n" + configMap("5", "") + "-- c/c.yaml --\n" + configMap("6", ""), ""},
		{"what Kustomize makes", "-- a/p.yaml --\n" + one("w", "") + "-- a/kustomization.yaml --\nresources: [p.yaml]\nconfigMapGenerator: [{name: c, literals: [t=7]}]\n", "7"},
		{"what two kustomizations make", "-- a/p.yaml --\n" + one("w", "") + "-- a/kustomization.yaml --\nresources: [p.yaml]\nconfigMapGenerator: [{name: c, literals: [t=7]}]\n-- b/kustomization.yaml --\nconfigMapGenerator: [{name: c, literals: [t=8]}]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, _ := cluster(t, c.files)
			v := made.Pods()[0].Containers()[0].Workload().Env["T"]
			if got := v.Value; !v.Open && got != c.want || v.Open != (c.want == "") {
				t.Errorf("%+v, want %q", v, c.want)
			}
		})
	}
}

func TestWhatSendsAPodToSpareMachines(t *testing.T) {
	affinity := func(terms string) string {
		return "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + terms + "]}}}, "
	}
	prefers := "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [%s]}}]}}, "
	pool := "---\napiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: %s}\nspec: {template: {spec: {requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}}}\n"
	old := "---\napiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: jobs}\nspec: {requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}\n"
	const spot, onDemand, both = "{key: karpenter.sh/capacity-type, operator: In, values: [spot]}", "{key: karpenter.sh/capacity-type, operator: NotIn, values: [spot]}", "{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}"
	for _, c := range []struct{ name, spec, more, want string }{
		{"a label", "nodeSelector: {karpenter.sh/capacity-type: spot}, ", "", "surely"},
		{"the other label", "nodeSelector: {karpenter.sh/capacity-type: on-demand}, ", "", ""},
		{"one term", affinity("{matchExpressions: [" + spot + "]}"), "", "surely"},
		{"one of two terms", affinity("{matchExpressions: [" + spot + "]}, {matchExpressions: [" + onDemand + "]}"), "", "maybe"},
		{"either of two", affinity("{matchExpressions: [" + both + "]}"), "", "maybe"},
		{"anything else", affinity("{matchExpressions: [" + onDemand + "]}"), "", ""},
		{"a label that is there", affinity("{matchExpressions: [{key: cloud.google.com/gke-spot, operator: Exists}]}"), "", "surely"},
		{"a label that is there with either value", affinity("{matchExpressions: [{key: karpenter.sh/capacity-type, operator: Exists}]}"), "", ""},
		{"a preference", fmt.Sprintf(prefers, spot), "", "maybe"},
		{"a toleration of the value", "tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: spot}], ", "", "maybe"},
		{"a toleration of another value", "tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: regular}], ", "", ""},
		{"a toleration of any value", "tolerations: [{key: kubernetes.azure.com/scalesetpriority, operator: Exists}], ", "", "maybe"},
		{"a preference and a label", fmt.Sprintf(prefers, spot) + "nodeSelector: {eks.amazonaws.com/capacityType: SPOT}, ", "", "surely"},
		{"a preference and a pool", fmt.Sprintf(prefers, spot) + "nodeSelector: {karpenter.sh/nodepool: jobs}, ", fmt.Sprintf(pool, "jobs"), "surely"},
		{"a toleration and one term", "tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}], " + affinity("{matchExpressions: ["+spot+"]}, {}"), "", "maybe"},
		{"a pool", "nodeSelector: {karpenter.sh/nodepool: jobs}, ", fmt.Sprintf(pool, "jobs"), "surely"},
		{"another pool", "nodeSelector: {karpenter.sh/nodepool: jobs}, ", fmt.Sprintf(pool, "others"), ""},
		{"a pool in its first form", "nodeSelector: {karpenter.sh/provisioner-name: jobs}, ", old, "surely"},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, _ := cluster(t, "-- p.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {"+c.spec+"containers: [{name: w, image: i}]}\n"+c.more)
			s, ok := made.Pods()[0].Spot()
			got := map[bool]string{true: "maybe", false: "surely"}[s.Maybe]
			if !ok {
				got = ""
			}
			if got != c.want {
				t.Errorf("%q, want %q: %+v", got, c.want, s)
			}
		})
	}
}

func TestWhatScalersAndBudgetsSay(t *testing.T) {
	pod := "-- p.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {%stemplate: {metadata: {labels: {app: w}}, spec: {containers: [{name: w, image: i}]}}}\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {selector: {matchLabels: {app: w}}, %s}\n"
	hpa := "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: w}%s}\n"
	keda := "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: k}\nspec: {scaleTargetRef: {name: w}%s}\n"
	for _, c := range []struct {
		name, replicas, budget, scaler string
		blocks, brakes                 bool
	}{
		{"none may go", "", "maxUnavailable: 0", "", true, false}, {"none in a hundred", "", "maxUnavailable: 0%", "", true, false}, {"one may", "", "maxUnavailable: 1", "", false, false},
		{"all stay", "", "minAvailable: 100%", "", true, false}, {"as many as there are", "replicas: 2, ", "minAvailable: 2", "", true, false}, {"one less", "replicas: 3, ", "minAvailable: 2", "", false, false},
		{"none has to stay", "replicas: 0, ", "minAvailable: 0", "", false, false},
		{"the scaler's least", "", "minAvailable: 2", fmt.Sprintf(hpa, ", minReplicas: 2"), true, false}, {"more than its least", "", "minAvailable: 2", fmt.Sprintf(hpa, ", minReplicas: 3"), false, false},
		{"a scaler's own least", "", "minAvailable: 1", fmt.Sprintf(hpa, ""), true, false}, {"KEDA's is not known", "", "minAvailable: 1", fmt.Sprintf(keda, ""), false, false},
		{"KEDA's least", "", "minAvailable: 2", fmt.Sprintf(keda, ", minReplicaCount: 2"), true, false},
		{"a window", "", "maxUnavailable: 1", fmt.Sprintf(hpa, ", behavior: {scaleDown: {stabilizationWindowSeconds: 600}}"), false, true},
		{"policies", "", "maxUnavailable: 1", fmt.Sprintf(hpa, ", behavior: {scaleDown: {policies: []}}"), false, true},
		{"never down", "", "maxUnavailable: 1", fmt.Sprintf(hpa, ", behavior: {scaleDown: {selectPolicy: Disabled}}"), false, true},
		{"the fastest", "", "maxUnavailable: 1", fmt.Sprintf(hpa, ", behavior: {scaleDown: {selectPolicy: Max}}"), false, false},
		{"KEDA's window", "", "maxUnavailable: 1", fmt.Sprintf(keda, ", advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: {stabilizationWindowSeconds: 600}}}}"), false, true},
		{"KEDA's in the place of the other's", "", "maxUnavailable: 1", fmt.Sprintf(keda, ", behavior: {scaleDown: {stabilizationWindowSeconds: 600}}"), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, _ := cluster(t, fmt.Sprintf(pod, c.replicas, c.budget)+c.scaler)
			p := made.Pods()[0]
			_, text, blocks := Blocks(p.Budgets()[0], p)
			brakes := false
			for _, o := range p.Scalers() {
				brakes = Brakes(o)
			}
			if blocks != c.blocks || brakes != c.brakes {
				t.Errorf("blocks %v (%s), brakes %v", blocks, text, brakes)
			}
		})
	}
}

func TestAProxyIsPatientThatWaitsLongEnough(t *testing.T) {
	for fields, want := range map[string]bool{
		"lifecycle: {preStop: {sleep: {seconds: 30}}}": true, "lifecycle: {preStop: {sleep: {seconds: 29}}}": false, "lifecycle: {preStop: {httpGet: {port: 1}}}": true, "tty: true": false,
		"args: [--max-sigterm-delay=60s]": true, "command: [p, --term_timeout, \"60\"]": true, "args: [--port=1]": false, "env: [{name: CSQL_PROXY_MAX_SIGTERM_DELAY, value: 60s}]": true,
		"env: [{name: EXIT_ON_ZERO_ACTIVE_CONNECTIONS, value: \"true\"}]": true, "env: [{name: OTHER, value: \"1\"}]": false,
	} {
		c := only(t, "kind: Pod\nspec: {containers: [{image: a, "+fields+"}]}\n")
		if got := c.Patient(30 * time.Second); got != want {
			t.Errorf("%s: %v", fields, got)
		}
	}
}
