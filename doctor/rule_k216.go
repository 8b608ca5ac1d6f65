package doctor

var k216 = Rule{
	ID: "K216", Name: "cron-deadline", Severity: Info,
	Finds: "A CronJob of workers or schedulers without startingDeadlineSeconds.",
	Why: `After more than 100 missed starts (a cluster that was down, a suspended CronJob, a clock that jumped) such a CronJob is
not started any more (Kubernetes' documentation, CronJob limitations).`,
	Fix: "Set startingDeadlineSeconds: 200.",
	Bad: `-- sync.yaml --
apiVersion: batch/v1
kind: CronJob
metadata: {name: mails}
spec:
  schedule: "*/5 * * * *"
  concurrencyPolicy: Forbid
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
		for k, c := range s.crons() {
			if n := c.Pod.Field("spec", "startingDeadlineSeconds"); n.Exists() && !n.IsNull() {
				continue
			}
			say(Finding{Pos: c.Pod.Field("spec", "schedule").KeyPos(), Workload: k.Name, Message: "no startingDeadlineSeconds",
				Outcome: "after 100 missed starts it is never started again", Fix: "in the CronJob's spec", Paste: []string{"startingDeadlineSeconds: 200"}})
		}
	},
}
