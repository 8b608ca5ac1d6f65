package doctor

import (
	"iter"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k215 = Rule{
	ID: "K215", Name: "cron-overlap", Severity: Error,
	Finds: "A CronJob that starts workers or enqueues jobs, and lets a run begin while the one before still runs.",
	Why: `concurrencyPolicy is Allow where it is not set. When a run is slow the next one comes beside it: for a scheduler or for what
starts workers an error, since all is done twice; for a worker a warning, since runs pile up. Laravel's schedule:run is left
alone: each run starts what is due in its minute, and one that is forbidden is lost.`,
	Fix: "Set concurrencyPolicy: Forbid.",
	Bad: `-- sync.yaml --
apiVersion: batch/v1
kind: CronJob
metadata: {name: mails}
spec:
  schedule: "*/5 * * * *"
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
			name, starts := k.starter()
			if name == everyMinute {
				continue
			}
			n := c.Pod.Field("spec", "concurrencyPolicy")
			if policy := n.Text(); n.Exists() && !n.IsNull() && (policy.Value != "Allow" || policy.Open) {
				continue
			}
			f := Finding{Severity: Warning, Pos: c.Pod.Field("spec", "schedule").KeyPos(), Workload: k.Name, Message: "a run may begin while the one before still runs",
				Outcome: "when runs are slow they pile up, one more at each turn", Fix: "in the CronJob's spec", Paste: []string{"concurrencyPolicy: Forbid"}}
			if n.Exists() {
				f.Pos = n.KeyPos()
			}
			if starts {
				f.Severity, f.Message = Error, "two runs of "+name+" at once: one may begin while the one before still runs"
				f.Outcome = "when one is slow, jobs are enqueued or workers started twice"
			}
			say(f)
		}
	},
}

// everyMinute is a scheduler each of whose runs starts what is due in its own minute alone: two
// at once do nothing twice, and one that is left out loses what was due in it.
const everyMinute = "artisan schedule:run"

// crons are the CronJobs' containers that work jobs off, enqueue them, or start workers.
func (s *scene) crons() iter.Seq2[*work, *kube.Container] {
	return func(yield func(*work, *kube.Container) bool) {
		for _, k := range s.works {
			c, ok := k.container()
			if !ok || c.Pod.Kind != "CronJob" || k.Platform != deploy.Kubernetes {
				continue
			}
			if _, starts := k.starter(); (starts || k.worker()) && !yield(k, c) {
				return
			}
		}
	}
}
