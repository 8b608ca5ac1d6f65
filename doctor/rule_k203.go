package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k203 = Rule{
	ID: "K203", Name: "misplaced", Severity: Error,
	Finds: "A terminationGracePeriodSeconds where Kubernetes does not read it: in a container, in a hook, in the Deployment's own spec; or one that is misspelt.",
	Why: `It belongs into the pod's spec, beside containers. Elsewhere it is a field that nobody knows, and the pod has 30 s.
Whether the API refuses it, warns or says nothing depends on how the manifest is applied.`,
	Fix: "Move it into the pod's spec, beside containers.",
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
        terminationGracePeriodSeconds: 310
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
		for k, c := range s.containers() {
			for _, m := range c.Pod.Misplaced() {
				say(s.misplaced(k, c.Pod, m))
			}
		}
	},
}

func (s *scene) misplaced(k *work, p *kube.Pod, m kube.Misplaced) Finding {
	f := Finding{Pos: m.Node.KeyPos(), cause: k.Grace.Pos, rank: rankMisplaced, Workload: k.Name, Sum: k.sum,
		Message: fmt.Sprintf("%s in %s is not read by Kubernetes: the pod has %s", m.Key, m.In, deploy.Seconds(k.Grace.Time)),
		Outcome: fmt.Sprintf("%s after the stop signal all jobs that still run are killed", deploy.Seconds(k.Grace.Time)),
		Fix:     "move it into the pod's spec, beside containers"}
	if !k.Grace.Default {
		f.Severity, f.cause, f.rank = Warning, f.Pos, 0
		f.Outcome, f.Fix = "whoever changes this one changes nothing", "take it out"
		f.Edits = s.without(m.Parent, m.Node)
		return f
	}
	value, ok := m.Node.Int()
	if _, paste, _ := s.setGrace(k); !ok || value <= 0 || k.Grace.Open != "" {
		f.Paste = paste
		return f
	}
	f.Paste = []string{fmt.Sprintf("terminationGracePeriodSeconds: %d", value)}
	if out := s.without(m.Parent, m.Node); out != nil {
		f.Edits = append(out, s.writeGrace(p, fmt.Sprint(value))...)
	}
	return f
}
