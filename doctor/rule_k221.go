package doctor

import "github.com/tasuki-jobs/tasuki/doctor/internal/kube"

var k221 = Rule{
	ID: "K221", Name: "budget-of-none", Severity: Warning,
	Finds: "A PodDisruptionBudget that allows no worker to be away: maxUnavailable 0, or minAvailable as many as there are.",
	Why: `A node with such a pod cannot be drained: upgrades hang until somebody loses patience and forces it, which kills all jobs
without any grace. A rollout does not ask it at all.`,
	Fix: "Set maxUnavailable: 1.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    metadata: {labels: {app: worker}}
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
-- budget.yaml --
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: worker}
spec:
  maxUnavailable: 0
  selector: {matchLabels: {app: worker}}
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    metadata: {labels: {app: worker}}
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
-- budget.yaml --
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: worker}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: worker}}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			for _, o := range c.Pod.Budgets() {
				if at, text, ok := kube.Blocks(o, c.Pod); ok {
					say(Finding{Pos: at, Workload: k.Name, Message: "no pod of this worker may ever be away: " + text,
						Outcome: "draining a node hangs, until somebody forces it and all jobs are killed", Fix: "allow one", Paste: []string{"maxUnavailable: 1"}})
				}
			}
		}
	},
}
