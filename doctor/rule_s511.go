package doctor

import (
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var s511 = Rule{
	ID: "S511", Name: "watchdog-without-pings", Severity: Warning,
	Finds: "WatchdogSec= in the unit of a worker that does not tell systemd that it lives.",
	Why: `systemd kills (SIGABRT) a service that has not sent WATCHDOG=1 within that time. Sidekiq from 6.0.6 on, GoodJob and ours
do; others need code of your own for it, and then an ignore with that reason.`,
	Fix: "Take WatchdogSec= out.",
	Bad: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/rq worker mail
KillMode=mixed
TimeoutStopSec=infinity
WatchdogSec=30
Restart=always
`,
	Good: `-- mail.service --
[Service]
Type=notify
WorkingDirectory=/srv/mail
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
KillMode=mixed
WatchdogSec=30
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || k.Platform != deploy.Systemd || slices.Contains(pings, k.kind()) {
				continue
			}
			if d, e, _ := sv.Time("Service", "WatchdogSec"); d > 0 {
				say(Finding{Pos: e.Pos, Workload: k.Name, Message: fmt.Sprintf("WatchdogSec=%s, and %s by itself never tells systemd that it lives", e.Value, k.kind().Name),
					Outcome: fmt.Sprintf("systemd kills the worker with its jobs %s after its start, again and again", deploy.Seconds(d)), Fix: "take WatchdogSec= out"})
			}
		}
	},
}

// pings are the workers that speak to systemd's watchdog; of those that the user names nobody
// knows it.
var pings = []*worker.Kind{worker.Tasuki, worker.Supervisor, worker.Sidekiq, worker.SidekiqSwarm, worker.GoodJob, worker.Named}
