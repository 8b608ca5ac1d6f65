package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

var k214 = Rule{
	ID: "K214", Name: "proxy-dies-first", Severity: Warning,
	Finds: "A proxy to the database or the network that runs as an ordinary container beside the worker.",
	Why: `All containers of a pod get the stop signal at the same moment. The proxy is gone long before the jobs are: they lose
their database while they end. An init container with restartPolicy: Always (a native sidecar) is stopped after the others.`,
	Fix: "Make it an init container with restartPolicy: Always (Kubernetes 1.29).",
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
      - name: cloud-sql-proxy
        image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1
        args: ["shop:europe-west1:main"]
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      initContainers:
      - name: cloud-sql-proxy
        image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.1
        restartPolicy: Always
        args: ["shop:europe-west1:main"]
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			for _, other := range c.Pod.Containers() {
				if other.Name == c.Name || other.Sidecar || !image.Proxy(other.Image()) || k.sum != nil && other.Patient(k.sum.Needed()) {
					continue
				}
				say(Finding{Pos: other.Node.Pos(), Workload: k.Name,
					Message: fmt.Sprintf("container %s gets the stop signal at the same moment as %s, and is gone before its jobs are", other.Name, k.kind().Name),
					Outcome: "jobs that still run lose their connections while they end",
					Fix:     "move it to initContainers, with", Paste: []string{"restartPolicy: Always"}})
			}
		}
	},
}
