package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
)

var d111 = Rule{
	ID: "D111", Name: "timeout", Severity: Warning,
	Finds: "timeout N in front of the worker.",
	Why: `timeout(1) sends SIGTERM when N is over, deploy or not: the worker stops in the midst of its work, and whatever restarts
it has to be fast. A worker's age can be limited without that, by one that ends between two jobs.`,
	Fix: "Take it away; limit the age of workers where they end between jobs (max_age of tasuki supervise).",
	Bad: `-- Dockerfile --
FROM python:3.13
CMD ["timeout", "3600", "celery", "-A", "shop", "worker"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
CMD ["celery", "-A", "shop", "worker", "--max-tasks-per-child", "500"]
`,
	check: func(s *scene, say func(Finding)) {
		s.links(chain.Timer, func(k *work, l chain.Link) {
			say(Finding{Pos: l.Pos, Workload: k.Name, Message: fmt.Sprintf("timeout ends %s after %s, deploy or not", k.kind().Name, l.Limit),
				Outcome: "jobs that run then are interrupted, and those that take longer than the worker's own timeout are lost or run again", Fix: "take it away, or limit the worker's age where it ends between two jobs"})
		})
	},
}
