package doctor

import "fmt"

var k224 = Rule{
	ID: "K224", Name: "worker-as-job", Severity: Warning,
	Finds: "A worker that never ends by itself, in a Job or in a pod that is not restarted.",
	Why: `A Job waits for its program to end, and a worker does not. Once it has ended, by a stop or a failure, nobody starts it
again, or only so often as backoffLimit says; and a Job cannot be rolled out.`,
	Fix: "Make it a Deployment.",
	Bad: `-- worker.yaml --
apiVersion: batch/v1
kind: Job
metadata: {name: worker}
spec:
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 60
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
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			policy := c.Pod.Spec("restartPolicy")
			bare := c.Pod.Kind == "Pod" && (policy.Text().Value == "Never" || policy.Text().Value == "OnFailure")
			if k.ends() || !bare && !c.Pod.Job().Exists() {
				continue
			}
			f := Finding{Pos: c.Pod.KindPos(), Workload: k.Name, Message: fmt.Sprintf("%s never ends by itself, and runs as a %s", k.kind().Name, c.Pod.Kind),
				Outcome: "once it has stopped, nobody starts it again, and a deploy cannot replace it", Fix: "make it a Deployment"}
			if policy.Exists() {
				f.Pos = policy.KeyPos()
			}
			say(f)
		}
	},
}
