package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s503 = Rule{
	ID: "S503", Name: "kill-mode-leaves-workers", Severity: Error,
	Finds: "KillMode=none, or KillMode=process with anything but the worker alone behind it: a shell in front of it, or child processes that work.",
	Why: `process signals and kills the first process only, none not even that. What is left runs on when the service has stopped,
outside of systemd's sight, with the old code; the next start makes a second worker beside it. For a worker that
systemd starts itself and that has no children it is a warning: programs that its jobs have started run on.`,
	Fix: "KillMode=mixed: SIGTERM for the worker alone, and SIGKILL for all that is left when the time is over.",
	Bad: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
KillMode=none
Restart=always
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
KillMode=mixed
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		signals("S503")(s, say)
		for _, k := range s.works {
			if f, ok := k.left(); ok {
				say(f)
			}
		}
	},
}

// left is a worker that systemd starts itself and does not end as a whole.
func (k *work) left() (Finding, bool) {
	sv, ok := k.service()
	if _, trapped := k.lost(); !ok || !k.worker() || k.Platform != deploy.Systemd || trapped {
		return Finding{}, false
	}
	mode, at := sv.killMode()
	f := Finding{Pos: at, Workload: k.Name, Message: fmt.Sprintf("KillMode=%s: of %s only the first process is stopped", mode, k.kind().Name), Outcome: "its child processes run on unseen after a stop that took too long, and the next start makes others beside them",
		Fix: "let systemd stop all of it, the worker first", Paste: []string{"KillMode=mixed"}, Edits: []Edit{replaceLine(at, "KillMode=mixed")}}
	switch {
	case mode == "none":
		f.Message, f.Outcome = fmt.Sprintf("KillMode=none: nobody signals %s when the service is stopped", k.kind().Name), runsOn
	case mode != "process":
		return Finding{}, false
	case !k.kind().Forks && !sv.forks():
		f.Severity, f.Outcome = Warning, "programs that its jobs have started run on unseen after each stop"
	}
	return f, true
}
