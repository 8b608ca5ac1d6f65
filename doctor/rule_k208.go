package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var k208 = Rule{
	ID: "K208", Name: "hasty-liveness", Severity: Warning,
	Finds: "A livenessProbe of a worker that asks it or starts a program, gives that 1 s, and gives up within a minute.",
	Why: `A worker that is busy, swaps or drains answers late. A few late answers, and the container is stopped with all its jobs,
which ran well. Linters ask for a liveness probe everywhere; of a queue worker a careless one is a way to lose jobs.`,
	Fix: "Give it a slow one with a longer timeout, a startupProbe for the start, or none.",
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
        livenessProbe:
          exec: {command: [bin/alive]}
          periodSeconds: 10
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
        livenessProbe:
          exec: {command: [bin/alive]}
          periodSeconds: 30
          timeoutSeconds: 10
          failureThreshold: 6
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			probe := c.Get("livenessProbe")
			timeout, period, failures := orInt(probe.Get("timeoutSeconds"), 1), orInt(probe.Get("periodSeconds"), 10), orInt(probe.Get("failureThreshold"), 3)
			asks := probe.Get("httpGet").Exists() || probe.Get("exec").Exists()
			if k.kind().Web || !asks || timeout > 1 || timeout < 0 || period < 0 || failures < 0 || period*failures >= 60 || period > 60 || failures > 60 {
				continue
			}
			say(Finding{Pos: probe.KeyPos(), Workload: k.Name,
				Message: fmt.Sprintf("a worker that is busy and answers this probe later than after 1 s, %d times in a row, is restarted", failures),
				Outcome: fmt.Sprintf("%d s of a busy processor, and the worker is stopped with all its jobs, without any deploy", period*failures),
				Fix:     "give it time, or no livenessProbe at all", Paste: []string{"timeoutSeconds: 10", "periodSeconds: 30", "failureThreshold: 6"}})
		}
	},
}

// orInt is a number, what counts where none is written, or -1 where it cannot be told.
func orInt(n tree.Node, otherwise int64) int64 {
	if !n.Exists() || n.IsNull() {
		return otherwise
	}
	v, ok := n.Int()
	if !ok {
		return -1
	}
	return v
}
