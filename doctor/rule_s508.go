package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

var s508 = Rule{
	ID: "S508", Name: "runtime-max", Severity: Error,
	Finds: "RuntimeMaxSec= in the unit of a worker.",
	Why: `systemd stops the service after that time, whatever it is doing, and takes it for failed. It is meant to bound
programs that should have ended; a worker that shall be replaced now and then has to be let end its jobs first.`,
	Fix: "Take it out; max_age of tasuki supervise replaces workers after their jobs.",
	Bad: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
RuntimeMaxSec=6h
Restart=always
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
RuntimeMaxSec=infinity
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() {
				continue
			}
			if d, e, _ := sv.Time("Service", "RuntimeMaxSec"); e.Pos.Known() && d != unit.Forever && d > 0 {
				say(Finding{Pos: e.Pos, Workload: k.Name, Message: fmt.Sprintf("systemd stops %s every %s, busy or not", k.kind().Name, deploy.Seconds(d)),
					Outcome: "without any deploy: jobs that do not end within the worker's own stop are cut off, each time",
					Fix:     "take RuntimeMaxSec= out; tasuki supervise has max_age, which waits for the jobs"})
			}
		}
	},
}
