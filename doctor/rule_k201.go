package doctor

import "fmt"

var k201 = Rule{
	ID: "K201", Name: "grace-unset", Severity: Error,
	Finds: "A pod with a worker that sets no terminationGracePeriodSeconds.",
	Why: `It has 30 s then, from the start of a preStop hook to the kill. That is an error where the worker needs more, and a
warning where it is just enough: nobody who changes the worker's timeout will see it.`,
	Fix: "Set terminationGracePeriodSeconds in the pod's spec, beside containers.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "300"]
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 310
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "300"]
`,
	check: func(s *scene, say func(Finding)) {
		for k := range s.containers() {
			if !k.Grace.Default {
				continue
			}
			f, short := k.tooShort()
			if !short && k.kind().Web && k.sum.Holds() {
				continue
			}
			if !short {
				f = Finding{Severity: Warning, Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: rankGrace, Workload: k.Name, Sum: k.sum,
					Message: fmt.Sprintf("no terminationGracePeriodSeconds: %s has Kubernetes' 30 s", k.kind().Name),
					Outcome: "a longer timeout of the worker, set some day in another file, would cost its jobs"}
			}
			f.Fix, f.Paste, f.Edits = s.setGrace(k)
			say(f)
		}
	},
}
