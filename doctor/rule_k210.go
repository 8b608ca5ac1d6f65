package doctor

import "fmt"

var k210 = Rule{
	ID: "K210", Name: "grace-zero", Severity: Error,
	Finds: "A terminationGracePeriodSeconds of 0.",
	Why: `Kubernetes kills at once then: the worker hears no stop signal. And the pod is forgotten before its processes are known
to be gone, so that a successor may start beside it.`,
	Fix: "Set it to what the worker needs.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	check: func(s *scene, say func(Finding)) {
		for k := range s.containers() {
			if k.Grace.Default || k.Grace.Open != "" || k.Grace.Time > 0 {
				continue
			}
			f := Finding{Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: rankZero, Workload: k.Name, Sum: k.sum,
				Message: fmt.Sprintf("no grace at all: %s is killed without a stop signal", k.kind().Name),
				Outcome: "each stop kills all jobs that run, at once"}
			f.Fix, f.Paste, f.Edits = s.setGrace(k)
			say(f)
		}
	},
}
