package doctor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

// deployment is a manifest: what its spec says besides, what its pod's does, and its containers.
func deployment(top, spec, containers string) string {
	return fmt.Sprintf("-- w.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {%s template: {metadata: {labels: {app: w}}, spec: {%s containers: [%s]}}}\n", top, spec, containers)
}

const (
	grace = "terminationGracePeriodSeconds: 60,"
	quick = `{name: w, image: example/app, command: [sidekiq]%s}`
)

// TestSmallDifferences: what a rule finds, and what is next to it and right.
func TestSmallDifferences(t *testing.T) {
	worker := func(more string) string { return fmt.Sprintf(quick, more) }
	hook := `, lifecycle: {preStop: {sleep: {seconds: 5}}}`
	service := "-- s.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: {selector: {app: %s}}\n"
	celery := `{name: c, image: example/app, command: [celery, -A, x, %s]}`
	supervised := `{name: s, image: example/app, command: [tasuki, supervise, -n, "2", -t, "20"%s, --, w], resources: {limits: {memory: 1Gi}}}`
	cron := "-- c.yaml --\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  schedule: x\n  startingDeadlineSeconds: 200\n  concurrencyPolicy: %s\n  jobTemplate: {spec: {podReplacementPolicy: Failed, template: {spec: {" + grace + " restartPolicy: Never, containers: [{name: c, image: a, command: [php, artisan, \"queue:work\", --stop-when-empty, --timeout=30]}]}}}}\n"
	base := "-- base/kustomization.yaml --\nresources: [../w.yaml]\n"
	live := "-- live/kustomization.yaml --\nresources: [../base]\npatches:\n"
	op := "- target: {kind: Deployment}\n  patch: |\n    - {op: replace, path: /spec/template/spec/terminationGracePeriodSeconds, value: %d}\n    - {op: replace, path: /spec/template/spec/terminationGracePeriodSeconds, value: %d}\n"
	job := "-- job.yaml --\napiVersion: batch/v1\nkind: Job\nmetadata: {name: w, annotations: {}}\nspec:\n  podReplacementPolicy: Failed\n  template:\n    metadata: {annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: \"false\"}}\n    spec:\n      restartPolicy: Never\n      terminationGracePeriodSeconds: 60\n      containers:\n      - {name: w, image: example/app, %s}\n"
	for _, c := range []struct{ name, files, want string }{
		{"a hook of one that a service selects", deployment("", grace, worker(hook)) + fmt.Sprintf(service, "w"), ""},
		{"a hook beside a service of others", deployment("", grace, worker(hook)) + fmt.Sprintf(service, "x"), "K205"},
		{"a probe with time", deployment("", grace, worker(`, livenessProbe: {exec: {command: [a]}, timeoutSeconds: 5}`)), ""},
		{"a probe without", deployment("", grace, worker(`, livenessProbe: {exec: {command: [a]}}`)), "K208"},
		{"a probe's own grace that is enough", deployment("", grace, worker(`, livenessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 30}`)), ""},
		{"a worker whose image is called like a proxy", deployment("", grace, `{name: w, image: example/ambassador, command: [sidekiq]}`), ""},
		{"a proxy beside a worker", deployment("", grace, worker("")+`, {name: p, image: envoyproxy/envoy}`), "K214"},
		{"Resque by the signal that it ends its jobs on", deployment("", grace, `{name: w, image: example/app, command: [rake, "resque:work"], lifecycle: {stopSignal: SIGQUIT}}`), "K211 R702"},
		{"Resque by a signal that it ends its jobs at", deployment("", grace, `{name: w, image: example/app, command: [rake, "resque:work"]}`), "D114 R702"},
		{"Resque that lets its jobs end on it", deployment("", grace, `{name: w, image: example/app, command: [rake, "resque:work"], env: [{name: GRACEFUL_TERM, value: "1"}]}`), "R702"},
		{"Resque that gives its jobs a time", deployment("", grace, `{name: w, image: example/app, command: [rake, "resque:work"], env: [{name: TERM_CHILD, value: "1"}, {name: RESQUE_PRE_SHUTDOWN_TIMEOUT, value: "20"}]}`), ""},
		{"Resque that gives its jobs more time than there is", deployment("", grace, `{name: w, image: example/app, command: [rake, "resque:work"], env: [{name: TERM_CHILD, value: "1"}, {name: RESQUE_PRE_SHUTDOWN_TIMEOUT, value: "60"}]}`), "K202"},
		{"a web server with a queue that no file names", deployment("", "terminationGracePeriodSeconds: 5,", `{name: w, image: example/app, env: [{name: SOLID_QUEUE_IN_PUMA, value: "1"}]}`), "K202"},
		{"one that names its own command", deployment("", "terminationGracePeriodSeconds: 5,", `{name: w, image: example/app, command: [nginx], env: [{name: SOLID_QUEUE_IN_PUMA, value: "1"}]}`), ""},
		{"one without a queue", deployment("", "terminationGracePeriodSeconds: 5,", `{name: w, image: example/app}`), ""},
		{"a web server with a queue that has enough of 30 s, and its probe", deployment("", "", `{name: w, image: example/app, command: [puma], env: [{name: SOLID_QUEUE_IN_PUMA, value: "1"}], livenessProbe: {httpGet: {path: /up, port: 1}}}`), ""},
		{"RQ behind an init that signals its group", deployment("", grace, `{name: w, image: example/app, command: [dumb-init, rq, worker]}`), "R702"},
		{"Celery behind an init that signals its group", deployment("", grace, `{name: w, image: example/app, command: [dumb-init, celery, -A, x, worker]}`), "D113 R702"},
		{"a pool that leaves before its workers", deployment("", grace, `{name: w, image: example/app, command: [resque-pool]}`), "D114 R702"},
		{"a pool that waits for them", deployment("", grace, `{name: w, image: example/app, command: [resque-pool, --term-graceful-wait]}`), "R702"},
		{"Resque in a Job until its queue is empty", fmt.Sprintf(job, `command: [rake, "resque:work"], env: [{name: GRACEFUL_TERM, value: "1"}, {name: INTERVAL, value: "0"}]`), "R702"},
		{"Resque in a Job for ever", fmt.Sprintf(job, `command: [rake, "resque:work"], env: [{name: GRACEFUL_TERM, value: "1"}, {name: INTERVAL, value: "5"}]`), "K224 R702"},
		{"RQ in a Job until it is idle", fmt.Sprintf(job, `command: [rq, worker, --max-idle-time=60]`), "R702"},
		{"a queue in a Job without an end", fmt.Sprintf(job, `command: [php, artisan, "queue:work", "--timeout=20", "--max-time=0"]`), "K224"},
		{"a hook and a probe that an overlay takes out", deployment("", grace, worker(`, livenessProbe: {exec: {command: [a]}}`+hook)) + base + live + "- target: {kind: Deployment}\n  patch: |\n    - {op: remove, path: /spec/template/spec/containers/0/livenessProbe}\n    - {op: replace, path: /spec/template/spec/containers/0/lifecycle, value: {}}\n", ""},
		{"a grace that an overlay takes out", deployment("", grace, worker("")) + base + live + "- target: {kind: Deployment}\n  patch: |\n    - {op: remove, path: /spec/template/spec/terminationGracePeriodSeconds}\n", "K201"},
		{"a container that an overlay puts in front", deployment("", "", worker("")) + base + live + "- target: {kind: Deployment}\n  patch: |\n    - {op: add, path: /spec/template/spec/containers/0, value: {name: l, image: b}}\n", "K201"},
		{"workers with limits of their own", deployment("", grace, fmt.Sprintf(supervised, `, --max-memory, 200M`)), ""},
		{"workers without", deployment("", grace, fmt.Sprintf(supervised, "")), "K222"},
		{"a patch takes the grace away", deployment("", grace, worker("")) + base + live + "- patch: |\n    kind: Deployment\n    metadata: {name: w}\n    spec: {template: {spec: {terminationGracePeriodSeconds: null}}}\n", "K201"},
		{"of two operations the later counts", deployment("", grace, worker("")) + base + live + fmt.Sprintf(op, 10, 60), ""},
		{"of two operations the later counts, which is short", deployment("", grace, worker("")) + base + live + fmt.Sprintf(op, 60, 10), "K202"},
		{"of two patches the outer counts", deployment("", grace, worker("")) + base + live + fmt.Sprintf(op, 10, 10) + fmt.Sprintf(op, 60, 60), ""},
		{"what several lines hold is no template", deployment("", "terminationGracePeriodSeconds: 10,", worker(", args: [\"-r\\n{{ x }}\"]")), "K202"},
		{"an image of others by its name", "-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sidekiq\"]\n" + deployment("", "", "{name: e, image: mher/flower}"), ""},
		{"an image of others beside the one that is built here", "-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sidekiq\"]\n" + deployment("", "", "{name: e, image: prom/statsd-exporter}"), ""},
		{"a scheduler with a lock", deployment("", grace, fmt.Sprintf(celery, "beat, -S, redbeat.RedBeatScheduler")), ""},
		{"a scheduler that ends before the next one begins", deployment("strategy: {rollingUpdate: {maxSurge: 0}},", grace, fmt.Sprintf(celery, "beat")), ""},
		{"two schedulers", deployment("strategy: {type: Recreate}, replicas: 2,", grace, fmt.Sprintf(celery, "beat")), "K219"},
		{"a stop signal without a system", deployment("", grace, worker(`, lifecycle: {stopSignal: SIGTERM}`)), "K211"},
		{"a second grace in a wrong place", deployment("terminationGracePeriodSeconds: 90,", grace, worker("")), "K203"},
		{"runs that may overlap", fmt.Sprintf(cron, "Allow"), "K215"},
		{"runs that replace each other", fmt.Sprintf(cron, "Replace"), ""},
		{"any toleration", deployment("", grace+"tolerations: [{operator: Exists}],", worker("")), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ids(check(t, c.files, doctor.Options{})); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestAWorkerThatMayRunOnSpotNodesIsWarnedOf(t *testing.T) {
	for spec, want := range map[string]doctor.Severity{
		`tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}],`: doctor.Warning, `nodeSelector: {cloud.google.com/gke-spot: "true"},`: doctor.Error,
	} {
		r := check(t, deployment("", grace+spec, fmt.Sprintf(quick, "")), doctor.Options{})
		if ids(r) != "K213" || r.Findings[0].Severity != want || r.Findings[0].Sum == nil {
			t.Errorf("%s: %s", spec, ids(r))
		}
	}
}

func TestThePodGetsWhatItsSlowestContainerNeeds(t *testing.T) {
	both := `{name: a, image: x, command: [sidekiq], ports: [{containerPort: 1}], lifecycle: {preStop: {sleep: {seconds: 40}}}}, ` + `{name: b, image: x, command: [%s]}`
	r := check(t, deployment("", grace, fmt.Sprintf(both, `sidekiq, -t, "300"`)), doctor.Options{})
	if len(r.Findings) != 1 || strings.Join(r.Findings[0].Paste, "") != "terminationGracePeriodSeconds: 305" || len(r.Findings[0].Edits) != 1 {
		t.Errorf("%s %q", ids(r), r.Findings[0].Paste)
	}
	r = check(t, deployment("", grace, fmt.Sprintf(both, `celery, -A, x, worker`)), doctor.Options{})
	for _, f := range r.Findings {
		if len(f.Edits) > 0 {
			t.Errorf("%s writes a grace though nobody knows what the other container needs", f.Rule)
		}
	}
	r = check(t, deployment("", grace, fmt.Sprintf(both, `celery, -A, x, worker`)), doctor.Options{LongestJob: 100 * time.Second})
	if len(r.Findings) != 1 || strings.Join(r.Findings[0].Paste, "") != "terminationGracePeriodSeconds: 105" {
		t.Errorf("%s", ids(r))
	}
}

func TestASecondGraceInAWrongPlaceIsAWarning(t *testing.T) {
	r := check(t, deployment("terminationGracePeriodSeconds: 90,", grace, fmt.Sprintf(quick, "")), doctor.Options{})
	if ids(r) != "K203" || r.Findings[0].Severity != doctor.Warning {
		t.Errorf("%s", ids(r))
	}
}

func TestThousandsOfPodsWithBudgetsAndServicesAreJudgedInSeconds(t *testing.T) {
	b := &strings.Builder{}
	b.WriteString("-- w.yaml --\n")
	for i := range 3000 {
		fmt.Fprintf(b, "---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {name: w%d}\nspec: {template: {metadata: {labels: {app: w%d}}, spec: {%s containers: [%s]}}}\n", i, i, grace, fmt.Sprintf(quick, ", lifecycle: {preStop: {sleep: {seconds: 5}}}"))
		fmt.Fprintf(b, "---\nkind: PodDisruptionBudget\napiVersion: policy/v1\nmetadata: {name: w%d}\nspec: {selector: {matchLabels: {app: w%d}}}\n---\nkind: Service\napiVersion: v1\nmetadata: {name: w%d}\nspec: {selector: {app: w%d}}\n", i, i, i, i)
	}
	took := stopwatch.Best(1, func() {
		if r := check(t, b.String(), doctor.Options{}); len(r.Workers) != 3000 || len(r.Findings) > 0 {
			t.Errorf("%d workers, found %.100s", len(r.Workers), ids(r))
		}
	})
	if took > 10*time.Second*slower {
		t.Errorf("it took %v", took)
	}
}
