package doctor

import (
	"fmt"
	"time"
)

var k222 = Rule{
	ID: "K222", Name: "oom-takes-all", Severity: Warning,
	Finds: "Several worker processes in one container with a memory limit.",
	Why: `From Kubernetes 1.28 on (cgroup v2) one process over the limit takes the whole container with it: all workers, and their
supervisor (kubernetes/kubernetes#117793).`,
	Fix: "One worker in each pod; or a limit for each worker (--max-memory) that in sum is below the container's.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: workers
        image: example/shop
        command: [tasuki, supervise, -n, "4", -t, "50", --, /app/worker]
        resources: {limits: {memory: 2Gi}}
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
      - name: workers
        image: example/shop
        command: [tasuki, supervise, -n, "1", -t, "50", --, /app/worker]
        resources: {limits: {memory: 2Gi}}
`,
	Told: Options{LongestJob: 30 * time.Second},
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			n, several := k.several()
			limit := c.Get("resources", "limits", "memory")
			if _, each := k.chain.Worker.Flag("--max-memory"); each || !several || !limit.Exists() {
				continue
			}
			say(Finding{Pos: limit.KeyPos(), Workload: k.Name, Message: fmt.Sprintf("%s workers share one memory limit: %s", n, limit.Text().Value),
				Outcome: "one job that needs too much memory kills the jobs of all of them, without any grace", Fix: "one worker in each pod, or --max-memory for each worker"})
		}
	},
}
