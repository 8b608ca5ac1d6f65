package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k219 = Rule{
	ID: "K219", Name: "two-schedulers", Severity: Error,
	Finds: "A scheduler (celery beat, clockwork, resque-scheduler and the like) that runs twice, always or during each rollout.",
	Why: `It enqueues jobs by the clock, and nothing keeps two of it apart. A Deployment starts the new pod before the old one
has ended, unless its strategy is Recreate.`,
	Fix: "Set replicas: 1 and strategy: {type: Recreate}, or use a scheduler with a lock.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: beat
        image: example/shop
        command: [celery, -A, shop, beat]
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: beat
        image: example/shop
        command: [celery, -A, shop, beat]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			c, ok := k.container()
			if !ok {
				continue
			}
			if name, ok := k.scheduler(); ok {
				k.twice(c.Pod, name, say)
			}
		}
	},
}

func (k *work) twice(p *kube.Pod, name string, say func(Finding)) {
	f := Finding{Workload: k.Name, Fix: "run one, and end the old one before the new one starts", Paste: []string{"replicas: 1", "strategy: {type: Recreate}"}}
	replicas, at, known := p.Replicas()
	switch {
	case p.Kind == "DaemonSet":
		f.Pos, f.Message = p.KindPos(), fmt.Sprintf("a DaemonSet runs %s once on each node", name)
		f.Outcome, f.Fix, f.Paste = "jobs are enqueued as often as there are nodes", "make it a Deployment of one replica, with strategy: {type: Recreate}", nil
	case known && replicas > 1 && !p.Job().Exists():
		f.Pos, f.Message = at.KeyPos(), fmt.Sprintf("%s runs %d times", name, replicas)
		f.Outcome = "jobs are enqueued twice, at each turn of the clock"
	case p.Kind == "Deployment" && overlaps(p) && (!known || replicas == 1):
		f.Pos, f.Message = p.Field("spec").KeyPos(), fmt.Sprintf("during a rollout the old and the new %s run side by side", name)
		if s := p.Field("spec", "strategy"); s.Exists() {
			f.Pos = s.KeyPos()
		}
		f.Outcome = "a deploy at the minute of a job enqueues that job twice"
	default:
		return
	}
	say(f)
}

// overlaps says whether a Deployment starts the new pod before the old one ends.
func overlaps(p *kube.Pod) bool {
	if p.Field("spec", "strategy", "type").Text().Value == "Recreate" {
		return false
	}
	surge := p.Field("spec", "strategy", "rollingUpdate", "maxSurge").Text().Value
	return strings.TrimSuffix(surge, "%") != "0"
}
