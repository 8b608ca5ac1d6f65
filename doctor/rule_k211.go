package doctor

import "fmt"

var k211 = Rule{
	ID: "K211", Name: "stop-signal", Severity: Error,
	Finds: "A lifecycle.stopSignal on which the worker does not let its jobs end, or one without spec.os.name.",
	Why: `The field is new (Kubernetes 1.33, behind a feature gate). Where it is known it needs spec.os.name, or the pod is refused;
where it is not known it is dropped, and the image's STOPSIGNAL counts.`,
	Fix: "Take it out, or set SIGTERM and spec.os.name.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      os: {name: linux}
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
        lifecycle: {stopSignal: SIGQUIT}
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      os: {name: linux}
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
        lifecycle: {stopSignal: SIGTERM}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			t := k.StopSignal
			if t.Value == "" || t.Open {
				continue
			}
			signal := signalName(t.Value)
			f := Finding{Pos: t.Pos, Workload: k.Name, Fix: "take it out, or set " + k.stopSignalName() + ", and os: {name: linux} in the pod's spec"}
			if fix := k.deafened(); fix != "" {
				f.Fix = fix
			}
			switch {
			case !k.endsOn(signal):
				f.Message = fmt.Sprintf("the stop signal is SIG%s, on which %s does not let its jobs end", signal, k.kind().Name)
				f.Outcome = "each stop ends the jobs that run, or is not heard at all until the worker is killed"
			case !c.Pod.Spec("os", "name").Exists():
				f.Severity = Warning
				f.Message = "stopSignal without os.name in the pod's spec"
				f.Outcome = "a cluster that knows the field refuses the pod; one that does not drops it"
			default:
				continue
			}
			say(f)
		}
	},
}
