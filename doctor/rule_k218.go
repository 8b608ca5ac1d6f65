package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var k218 = Rule{
	ID: "K218", Name: "deadline-short", Severity: Warning,
	Finds: "An activeDeadlineSeconds that is shorter than the longest job, or than what the worker needs for a stop.",
	Why: `When the deadline is over the pod is stopped, busy or not, and a Job counts as failed. It is counted from the start of
the Job, retries included.`,
	Fix: "Raise it above the longest job, or take it out.",
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
      podReplacementPolicy: Failed
      activeDeadlineSeconds: 300
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
      activeDeadlineSeconds: 3600
      template:
        spec:
          terminationGracePeriodSeconds: 90
          restartPolicy: Never
          containers:
          - name: queue
            image: example/shop
            command: [php, artisan, "queue:work", --stop-when-empty]
`,
	Told: Options{LongestJob: 20 * time.Minute},
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			for _, n := range []tree.Node{c.Pod.Job("activeDeadlineSeconds"), c.Pod.Spec("activeDeadlineSeconds")} {
				seconds, ok := n.Int()
				longest, what := s.busiest(k)
				if !ok || longest.Seconds() <= float64(seconds) {
					continue
				}
				say(Finding{Pos: n.KeyPos(), Workload: k.Name,
					Message: fmt.Sprintf("after %d s the pod is stopped, and %s may take %s", seconds, what, deploy.Seconds(longest)),
					Outcome: fmt.Sprintf("a job that is under way %d s after the start is stopped, without any deploy", seconds),
					Fix:     "raise it, or take it out"})
			}
		}
	},
}

// busiest is the longest time that a worker is known to be busy.
func (s *scene) busiest(k *work) (d time.Duration, what string) {
	if s.site.told.LongestJob > 0 {
		return s.site.told.LongestJob, "the longest job"
	}
	if _, ok := k.needed(); ok {
		return k.sum.Needed(), "a stop of the worker"
	}
	return 0, ""
}
