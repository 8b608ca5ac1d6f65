package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k213 = Rule{
	ID: "K213", Name: "spot", Severity: Error,
	Finds: "A worker on spot or preemptible nodes. An error where it needs longer than the notice, a warning else.",
	Why: `Such nodes are taken away at any time: AWS gives notice of 120 s, GKE gives a pod 15 s (25 on Autopilot, and
up to 120 where a node pool of GKE 1.35 sets it), Azure about 30 s. The pod's grace is cut to that. On AWS there is no orderly stop at all without a handler of the notices, such as
Karpenter's interruption queue (aws/karpenter-provider-aws, kubernetes-sigs/karpenter#1145).`,
	Fix: "Run long jobs on other nodes, or let them be interrupted and go on from where they were.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 310
      nodeSelector: {cloud.google.com/gke-spot: "true"}
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
      nodeSelector: {cloud.google.com/gke-nodepool: jobs}
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "300"]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			if spot, ok := c.Pod.Spot(); ok {
				say(k.onSpot(spot))
			}
		}
	},
}

func (k *work) onSpot(spot kube.Spot) Finding {
	sum := Sum{Grace: Figure{Time: spot.Notice, What: spot.Who, Pos: spot.Node.KeyPos()}}
	if k.sum != nil {
		sum.Need = k.sum.Need
	}
	notice := deploy.Seconds(spot.Notice)
	f := Finding{Severity: Warning, Pos: spot.Node.KeyPos(), Workload: k.Name,
		Message: fmt.Sprintf("%s: these nodes are taken away at a notice of %s", spot.Label, notice),
		Outcome: "the notice is enough for the worker, if something in the cluster turns it into a stop of the pod",
		Fix:     "run long jobs on other nodes, or let them be interrupted and go on from where they were"}
	if spot.Maybe {
		f.Message = fmt.Sprintf("%s: this worker may run on nodes that are taken away at a notice of %s", spot.Label, notice)
	}
	need, known := k.needed()
	switch {
	case known && sum.Breaks():
		f.Sum = &sum
		f.Message += fmt.Sprintf(", and %s needs %s", k.kind().Name, need)
		f.Outcome = fmt.Sprintf("when a node goes, the worker is killed after %s, whatever the pod's grace is, with all jobs that still run", notice)
		if !spot.Maybe {
			f.Severity = Error
		}
	case !known:
		f.Outcome = fmt.Sprintf("when a node goes, jobs that take longer than %s are killed, whatever the pod's grace is", notice)
	}
	return f
}
