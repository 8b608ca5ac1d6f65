package doctor

var k223 = Rule{
	ID: "K223", Name: "shared-processes", Severity: Info,
	Finds: "A worker's pod with shareProcessNamespace: true.",
	Why: `The first process is Kubernetes' pause then, not the worker nor the init of its image. Children that a job leaves behind
go to pause, where the worker does not see them.`,
	Fix: "Take it out, unless something in the pod needs it.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      shareProcessNamespace: true
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
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
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			n := c.Pod.Spec("shareProcessNamespace")
			if shared, ok := n.Bool(); ok && shared {
				say(Finding{Pos: n.KeyPos(), Workload: k.Name, Message: "the containers share their processes: pause is the first, not the worker",
					Outcome: "what jobs leave behind ends up with pause, out of the worker's sight", Fix: "take it out, unless something in the pod needs it"})
			}
		}
	},
}
