package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var k209 = Rule{
	ID: "K209", Name: "probe-grace", Severity: Error,
	Finds: "A livenessProbe with a terminationGracePeriodSeconds of its own that is shorter than what the worker needs.",
	Why: `A restart by the probe uses it instead of the pod's. A probe fails just when the worker is busy, and then it has less
time than at a deploy.`,
	Fix: "Take it out of the probe: the pod's counts then.",
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
        livenessProbe:
          tcpSocket: {port: 7433}
          terminationGracePeriodSeconds: 5
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
        livenessProbe:
          tcpSocket: {port: 7433}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			probe := c.Get("livenessProbe")
			n := probe.Get("terminationGracePeriodSeconds")
			seconds, ok := n.Int()
			if k.sum == nil || !ok || seconds > 1e6 {
				continue
			}
			sum := *k.sum
			sum.Grace = Figure{Time: time.Duration(max(seconds, 0)) * time.Second, What: "the probe's terminationGracePeriodSeconds", Pos: n.KeyPos()}
			if !sum.Breaks() {
				continue
			}
			left := deploy.Seconds(max(sum.Available(), 0))
			say(Finding{Pos: n.KeyPos(), Workload: k.Name, Sum: &sum,
				Message: fmt.Sprintf("a restart by this probe gives %s %s, and it needs %s", k.kind().Name, left, deploy.Seconds(sum.Needed())),
				Outcome: fmt.Sprintf("when the probe fails, the worker is killed %s after the stop signal, with all jobs that still run", left),
				Fix:     "take it out: the pod's grace counts then", Edits: s.without(probe, n)})
		}
	},
}
