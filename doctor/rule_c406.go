package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var c406 = Rule{
	ID: "C406", Name: "compose-shared-identity", Severity: Error,
	Finds: "A service of several containers (deploy.replicas, scale) whose workers have one fixed name: by a flag, or by hostname.",
	Why: `A Delayed Job worker that ends gives the locks of its name free, a Resque worker that starts clears away those of its
host that it takes for dead, Celery and RQ tell workers apart by their names. With one name for two workers, each takes
the other's running jobs for its own leftovers: they are started a second time.`,
	Fix: "Leave the name to the container, whose hostname is its own; or in Swarm name the slot: {{.Task.Slot}}.",
	Bad: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec bin/delayed_job run --identifier mail
    stop_grace_period: 10m
    scale: 2
`,
	Good: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec bin/delayed_job run
    stop_grace_period: 10m
    scale: 2
`,
	Told: Options{LongestJob: 300e9},
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			c, ok := k.Detail.(composed)
			if !ok || !k.worker() || c.service.Replicas.N < 2 {
				continue
			}
			name, what := k.identity(c)
			if what == "" {
				continue
			}
			say(Finding{Pos: name.Pos, cause: name.Pos, Workload: k.Name,
				Message: fmt.Sprintf("%d containers of %s have one name: %s %s", c.service.Replicas.N, k.kind().Name, what, name.Value),
				Outcome: "when one of them stops or starts, jobs that another one runs are given free and run twice",
				Fix:     "leave the name to the container, whose hostname is its own; or in Swarm name the slot: " + name.Value + "-{{.Task.Slot}}"})
		}
	},
}

// identities are the flags that name a worker.
var identities = map[*worker.Kind][]string{
	worker.DelayedJob: {"--identifier", "-i"}, worker.Celery: {"--hostname", "-n"}, worker.RQ: {"--name", "-n"},
}

// byHost are the workers that name themselves by their host and process alone.
var byHost = map[*worker.Kind]bool{worker.DelayedJob: true, worker.Resque: true, worker.Celery: true}

// identity is a fixed name of the worker, and who says it.
func (k *work) identity(c composed) (deploy.Text, string) {
	words := k.chain.Worker.Words
	for i, w := range words {
		for _, flag := range identities[k.kind()] {
			value, is := w, false
			if rest, ok := strings.CutPrefix(w.Value, flag+"="); ok && strings.HasPrefix(flag, "--") {
				value.Value, is = rest, true
			} else if w.Value == flag && i+1 < len(words) {
				value, is = words[i+1], true
			}
			if is {
				return fixed(value, flag)
			}
		}
	}
	if byHost[k.kind()] {
		return fixed(c.service.Hostname, "hostname")
	}
	return deploy.Text{}, ""
}

// fixed says whether a name is the same in each container.
func fixed(t deploy.Text, what string) (deploy.Text, string) {
	if t.Value == "" || t.Open || strings.ContainsAny(t.Value, "%$") || strings.Contains(t.Value, "{{") {
		return deploy.Text{}, ""
	}
	return t, what
}
