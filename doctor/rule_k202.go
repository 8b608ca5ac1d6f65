package doctor

var k202 = Rule{
	ID: "K202", Name: "grace-short", Severity: Error,
	Finds: "A terminationGracePeriodSeconds that is shorter than what the worker needs to stop.",
	Why: `Kubernetes sends SIGTERM, waits that long, and kills. What the worker needs is its own timeout, what it takes beyond
that, and a moment to say so and exit; a preStop hook runs within the same time.`,
	Fix: "Raise terminationGracePeriodSeconds, or lower the worker's timeout.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30
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
      terminationGracePeriodSeconds: 30
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
`,
	check: func(s *scene, say func(Finding)) {
		for k := range s.containers() {
			if f, short := k.tooShort(); short && !k.Grace.Default {
				f.Fix, f.Paste, f.Edits = s.setGrace(k)
				say(f)
			}
		}
	},
}
