package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s510 = Rule{
	ID: "S510", Name: "no-restart", Severity: Warning,
	Finds: "The unit of a worker without Restart=, or with Restart=no.",
	Why: `A worker that has crashed or was killed for its memory stays away until somebody sees that the queue grows. Its jobs wait,
and those that it held wait for it.`,
	Fix: "Restart=always, or on-failure; of a program that ends with a code of its own when its configuration is wrong, RestartPreventExitStatus= for that (ours: 78).",
	Bad: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
Restart=on-failure
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || !sv.Whole || sv.Is("Service", "Type", "oneshot") || s.site.timed(sv) {
				continue
			}
			e, set := sv.Last("Service", "Restart")
			if set && e.Value != "no" {
				continue
			}
			f := Finding{Pos: k.Pos, Workload: k.Name, Message: fmt.Sprintf("nothing starts %s again when it has crashed", k.kind().Name),
				Outcome: "after a crash or a kill for want of memory the queue stands still until somebody sees it",
				Fix:     "let systemd start it again", Paste: []string{"Restart=always"}}
			if set {
				f.Pos = e.Pos
			}
			if k.Platform == deploy.Systemd {
				f.Edits = k.setting(e.Pos, "Restart=always")
			}
			say(f)
		}
	},
}

// timed says whether a timer starts a service again and again: one that ends by itself.
func (l *listing) timed(sv *service) bool {
	return sv.file != "" && l.repo.Exists(strings.TrimSuffix(sv.file, ".service")+".timer")
}
