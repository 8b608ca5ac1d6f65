package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k204 = Rule{
	ID: "K204", Name: "prestop-eats-grace", Severity: Error,
	Finds: "A preStop hook that leaves too little of the grace for the worker, or takes a time that nobody can tell.",
	Why: `The grace begins before the hook, and the stop signal comes after it (kubernetes/kubernetes#74160). A hook that is still
there at the end leaves the worker 2 s. sleep can be counted; a request or a program cannot, and is a warning.`,
	Fix: "Shorten the hook, or raise terminationGracePeriodSeconds by what it takes.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 40
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
        ports: [{containerPort: 9394}]
        lifecycle:
          preStop:
            sleep: {seconds: 15}
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 45
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
        ports: [{containerPort: 9394}]
        lifecycle:
          preStop:
            sleep: {seconds: 15}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			hook, ok := c.PreStop()
			if !ok || k.sum == nil {
				continue
			}
			if f, ok := s.eaten(k, hook); ok {
				say(f)
			}
		}
	},
}

// eats says whether a hook is what makes a grace too short: without it that would do.
func (k *work) eats() bool {
	if k.sum == nil {
		return false
	}
	without := Sum{Need: k.sum.Need, Grace: k.sum.Grace}
	return k.sum.Breaks() && !without.Breaks()
}

func (s *scene) eaten(k *work, hook kube.Hook) (Finding, bool) {
	sum := k.sum
	f := Finding{Pos: hook.Pos, Workload: k.Name, Sum: sum, cause: hook.Pos, rank: rankPreStop}
	switch left := max(sum.Available(), 0); {
	case k.eats():
		f.cause = k.Grace.Pos
		f.Message = fmt.Sprintf("preStop runs inside the grace: of %s only %s remain, and %s needs %s", deploy.Seconds(sum.Grace.Time), deploy.Seconds(left), k.kind().Name, deploy.Seconds(sum.Needed()))
		f.Outcome = fmt.Sprintf("%s after the stop signal the worker is killed, with all jobs that still run", deploy.Seconds(left))
		f.Fix, f.Paste, f.Edits = s.setGrace(k)
		f.Fix = "shorten the hook, or raise the grace " + f.Fix
		return f, true
	case hook.Open != "" && !sum.Breaks():
		f.Severity = Warning
		f.Message = fmt.Sprintf("preStop %s, and runs inside the grace", hook.Open)
		f.Outcome = "if it takes long, the worker is killed with its jobs soon after the stop signal, or before it"
		f.Fix = "let it do what is over at once, such as kill, or what can be counted, such as sleep; or leave it out"
		if need, ok := k.needed(); ok && sum.Grace.Known() {
			f.Message += fmt.Sprintf(": %s needs %s of %s, which leaves %s for it", k.kind().Name, need, deploy.Seconds(sum.Grace.Time), deploy.Seconds(sum.Available()-sum.Needed()))
		}
		return f, true
	}
	return f, false
}
