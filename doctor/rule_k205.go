package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k205 = Rule{
	ID: "K205", Name: "prestop-useless", Severity: Info,
	Finds: "A preStop hook that only waits, of a worker that no Service sends anything to.",
	Why: `Web servers wait so that load balancers forget them before they stop. A worker gets its jobs from a queue: for it the
wait is lost time, at each deploy, and goes on taking jobs that it may not have the time for.`,
	Fix: "Take the hook out.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
        lifecycle:
          preStop:
            exec: {command: [sleep, "15"]}
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			hook, ok := c.PreStop()
			if !ok || !hook.Idle || c.Get("ports").Exists() || len(c.Pod.Services()) > 0 || k.eats() || s.shellless(k, c, hook) {
				continue
			}
			say(Finding{Pos: hook.Pos, Workload: k.Name,
				Message: fmt.Sprintf("preStop waits %s in front of the stop signal, and nothing sends this worker any traffic", deploy.Seconds(hook.Time)),
				Outcome: fmt.Sprintf("each stop takes %s longer than it has to", deploy.Seconds(hook.Time)),
				Fix:     "take the hook out", Edits: s.withoutHook(c)})
		}
	},
}

// withoutHook takes the hook out, and lifecycle with it where there is nothing else in it.
func (s *scene) withoutHook(c *kube.Container) []Edit {
	lifecycle := c.Get("lifecycle")
	others := 0
	for range lifecycle.Pairs() {
		others++
	}
	if others == 1 {
		return s.without(c.Node, lifecycle)
	}
	return s.without(lifecycle, lifecycle.Get("preStop"))
}
