package doctor

var k217 = Rule{
	ID: "K217", Name: "job-double", Severity: Warning,
	Finds: "A Job with a worker whose pod is replaced while it still runs.",
	Why: `A pod that is being deleted (a node that is drained, a preemption) counts as gone for a Job: its successor starts while
it still ends its jobs, two of them at a time. podReplacementPolicy: Failed waits until it has ended (in all clusters from
Kubernetes 1.34 on).`,
	Fix: "Set podReplacementPolicy: Failed in the Job's spec.",
	Bad: `-- sync.yaml --
apiVersion: batch/v1
kind: CronJob
metadata: {name: mails}
spec:
  schedule: "*/5 * * * *"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 200
  jobTemplate:
    spec:
      template:
        spec:
          terminationGracePeriodSeconds: 90
          restartPolicy: Never
          containers:
          - name: queue
            image: example/shop
            command: [php, artisan, "queue:work", --stop-when-empty]
`,
	Good: `-- sync.yaml --
apiVersion: batch/v1
kind: CronJob
metadata: {name: mails}
spec:
  schedule: "*/5 * * * *"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 200
  jobTemplate:
    spec:
      podReplacementPolicy: Failed
      template:
        spec:
          terminationGracePeriodSeconds: 90
          restartPolicy: Never
          containers:
          - name: queue
            image: example/shop
            command: [php, artisan, "queue:work", --stop-when-empty]
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			if !c.Pod.Job().Exists() || !k.ends() || c.Pod.Job("podReplacementPolicy").Exists() && c.Pod.Job("podReplacementPolicy").Text().Value != "TerminatingOrFailed" {
				continue
			}
			if c.Pod.Job("podFailurePolicy").Exists() {
				continue // with that Failed is the default
			}
			say(Finding{Pos: c.Pod.Job("template").KeyPos(), Workload: k.Name, Message: "the Job replaces a pod that is being stopped while its worker still runs",
				Outcome: "when a node is drained, two of this worker run at a time until the old one has ended", Fix: "in the Job's spec, beside template", Paste: []string{"podReplacementPolicy: Failed"}})
		}
	},
}
