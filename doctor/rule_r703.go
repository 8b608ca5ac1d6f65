package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var r703 = Rule{
	ID: "R703", Name: "grace-told-wrong", Severity: Error,
	Finds: "TASUKI_GRACE in a worker's environment that is more than what the platform grants it (an error), or much less (a warning).",
	Why: `No container platform tells a process its grace, so people do, by TASUKI_GRACE. A worker that believes in more time than
it has is killed before it hands its jobs over. A preStop hook takes its time off the grace first. Up to a fifth less, or
10 s, is taken for a margin.`,
	Fix: "Set both to the same seconds, best from one source.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: worker
        image: example/shop
        command: [tasuki, supervise, --timeout, "50", --, ./worker]
        env: [{name: TASUKI_GRACE, value: "120"}]
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
      - name: worker
        image: example/shop
        command: [tasuki, supervise, --timeout, "50", --, ./worker]
        env: [{name: TASUKI_GRACE, value: "60"}]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.believes(); ok {
				say(f)
			}
		}
	},
}

// believes compares what a worker is told of its grace with what it has. What somebody else
// than ours is told is nothing to it.
func (k *work) believes() (Finding, bool) {
	if k.sum == nil || !k.Grace.Known() {
		return Finding{}, false
	}
	told, text, ok := k.told()
	has := max(k.Grace.Time-k.less(), 0)
	if !ok || told == has || told < has && has-told <= max(has/5, 10*time.Second) {
		return Finding{}, false
	}
	f := Finding{Pos: text.Pos, Workload: k.Name,
		Message: fmt.Sprintf("TASUKI_GRACE says %s, and the worker has %s: %s", deploy.Seconds(told), deploy.Seconds(has), k.Grace),
		Outcome: fmt.Sprintf("the worker hands its jobs over %s too late: it is killed with them", deploy.Seconds(told-has)),
		Fix:     "set both to the same seconds"}
	if told < has {
		f.Severity, f.Outcome = Warning, fmt.Sprintf("the worker hands its jobs over %s earlier than it has to, and the rest of the grace is not used", deploy.Seconds(has-told))
	}
	if !f.Pos.Known() {
		f.Pos = k.Pos
	}
	return f, true
}
