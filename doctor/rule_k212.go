package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var k212 = Rule{
	ID: "K212", Name: "grace-over-autoscaler", Severity: Warning,
	Finds: "A terminationGracePeriodSeconds above 600, and nothing that keeps the autoscaler away.",
	Why: `The cluster autoscaler waits for a pod as long as --max-graceful-termination-sec says, 600 s if nobody sets it
(kubernetes/kubernetes#94435). A longer grace holds at a deploy, and not when a node is taken away.`,
	Fix: `Set the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false" (Karpenter: karpenter.sh/do-not-disrupt), or raise the autoscaler's limit.`,
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 910
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "900"]
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    metadata:
      annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: "false"}
    spec:
      terminationGracePeriodSeconds: 910
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "900"]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			kept := c.Pod.Annotation("cluster-autoscaler.kubernetes.io/safe-to-evict") == "false" || c.Pod.Annotation("karpenter.sh/do-not-disrupt") == "true"
			if kept || !k.Grace.Known() || k.Grace.Time <= autoscalerWaits {
				continue
			}
			say(Finding{Pos: k.Grace.Pos, Workload: k.Name,
				Message: fmt.Sprintf("a grace of %s is longer than the cluster autoscaler waits: 600 s, where nobody has set --max-graceful-termination-sec", deploy.Seconds(k.Grace.Time)),
				Outcome: "when a node is taken away, jobs that run longer than 600 s are killed",
				Fix:     "in the pod's metadata; or raise the autoscaler's limit", Paste: []string{"annotations:", `  cluster-autoscaler.kubernetes.io/safe-to-evict: "false"`}})
		}
	},
}

// autoscalerWaits is the default of --max-graceful-termination-sec.
const autoscalerWaits = 600 * time.Second
