package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var c401 = Rule{
	ID: "C401", Name: "compose-grace-unset", Severity: Error,
	Finds: "A service with a worker that sets no stop_grace_period, also not by way of an anchor, extends or an override file, and needs more than 10 s.",
	Why: `Docker kills a container 10 s after the stop signal if nobody says otherwise, and docker compose up replaces containers
in just that way. Most workers let their jobs run for longer by default: Sidekiq for 25 s. Where a worker waits for its
jobs without an end, and nobody has said how long they take, it is a warning.`,
	Fix: "Set stop_grace_period of the service to what the worker needs, and some seconds more.",
	Bad: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec sidekiq -t 25
`,
	Good: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec sidekiq -t 25
    stop_grace_period: 35s
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if k.Platform != deploy.Compose || !k.worker() || !k.Grace.Default || k.sum.Holds() {
				continue
			}
			f, short := k.short()
			if !short {
				unknown := k.sum.Open()
				if k.drains() {
					unknown = "waits for its jobs for as long as they take"
				}
				f = Finding{Severity: Warning, Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: -1, Workload: k.Name, Sum: k.sum,
					Message: fmt.Sprintf("no stop_grace_period: %s has Docker's 10 s, and %s", k.kind().Name, unknown),
					Outcome: "10 s after the stop signal the worker is killed, with all jobs that still run"}
			}
			f.Fix, f.Paste, f.Edits = k.setPeriod(s.site)
			if !short {
				f.Fix += "; --longest-job or --worker-timeout says how long that is"
			}
			say(f)
		}
	},
}
