package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k220 = Rule{
	ID: "K220", Name: "scale-in", Severity: Warning,
	Finds: "A HorizontalPodAutoscaler or a KEDA ScaledObject that takes workers away without any brake.",
	Why: `Each scale-in stops workers, busy ones too: what is true of a deploy happens each time the load falls, several times an
hour. By default all that are too many are taken away at once, after 300 s.`,
	Fix: "Set behavior.scaleDown with a longer stabilizationWindowSeconds and policies; for long jobs use a KEDA ScaledJob.",
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
-- scale.yaml --
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: worker}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}
  minReplicas: 1
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
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
-- scale.yaml --
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: worker}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}
  minReplicas: 1
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 900
      policies: [{type: Pods, value: 1, periodSeconds: 300}]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			for _, o := range c.Pod.Scalers() {
				if k.kind().Web || kube.Brakes(o) {
					continue
				}
				say(Finding{Pos: o.Node.Get("spec", "scaleTargetRef").KeyPos(), Workload: k.Name,
					Message: fmt.Sprintf("%s %s takes busy workers away without a brake", o.Kind, o.Name),
					Outcome: "each time the load falls workers are stopped as at a deploy, all that are too many at once",
					Fix:     "slow it down: " + kube.BrakePlace(o), Paste: []string{"behavior:", "  scaleDown:", "    stabilizationWindowSeconds: 900", "    policies: [{type: Pods, value: 1, periodSeconds: 300}]"}})
			}
		}
	},
}
